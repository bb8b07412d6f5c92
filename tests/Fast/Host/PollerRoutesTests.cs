using System.Net;
using System.Text.Json;
using Hobom.Slices.Host;

namespace Hobom.Slices.Tests.Fast.Host;

[Collection(nameof(HostApp))]
public sealed class PollerRoutesTests(HostApp app)
{
    [Theory]
    [InlineData("messages", "MESSAGE")]
    [InlineData("logs", "HOBOM_LOG")]
    [InlineData("space", "SPACE_EVENT")]
    [InlineData("space-logs", "SPACE_LOG")]
    [InlineData("law", "LAW_CHANGED")]
    public async Task Each_flow_answers_under_its_name(string name, string eventType)
    {
        var answer = await app.SendAsync("GET", $"{HttpApi.BasePath}/pollers/{name}", HostApp.InternalKey);
        using var poller = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(
            (name, eventType), (poller.RootElement.GetProperty("name").GetString(), poller.RootElement.GetProperty("eventType").GetString()));
        var now = await app.SendAsync("POST", $"{HttpApi.BasePath}/pollers/{name}/poll", HostApp.InternalKey);
        Assert.Equal(HttpStatusCode.Accepted, now.StatusCode);
    }

    [Theory]
    [InlineData("GET", "mesages")]
    [InlineData("GET", "streams")]
    [InlineData("POST", "mesages/poll")]
    [InlineData("POST", "mesages/pause")]
    [InlineData("POST", "mesages/resume")]
    public async Task One_that_does_not_run_is_told_with_those_that_do(string method, string path)
    {
        var answer = await app.SendAsync(method, $"{HttpApi.BasePath}/pollers/{path}", HostApp.InternalKey);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains(
            $"no poller '{path.Split('/')[0]}' runs; there are: messages, logs, space, space-logs, law", await answer.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    /// <summary>Redis is away here: what wants to be written down first is not begun.</summary>
    [Theory]
    [InlineData("GET", "e1", HttpStatusCode.ServiceUnavailable)]
    [InlineData("POST", "e1/close", HttpStatusCode.BadGateway)]
    [InlineData("POST", "e1/regenerate", HttpStatusCode.BadGateway)]
    [InlineData("POST", "e1/regenerate?confirm=delivered", HttpStatusCode.BadRequest)]
    [InlineData("POST", "e1/regenerate?confrm=unknown", HttpStatusCode.BadRequest)]
    public async Task A_law_change_is_not_touched_without_Redis(string method, string path, HttpStatusCode status)
    {
        var answer = await app.SendAsync(method, $"{HttpApi.BasePath}/pollers/law/events/{path}", HostApp.InternalKey);
        Assert.True(answer.StatusCode == status, await answer.Content.ReadAsStringAsync());
        var tooLong = await app.SendAsync("GET", $"{HttpApi.BasePath}/pollers/law/events/{new string('x', 1025)}", HostApp.InternalKey);
        Assert.Equal(HttpStatusCode.BadRequest, tooLong.StatusCode);
    }
}
