using System.Net;
using Hobom.Slices.Host;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.TestHost;

namespace Hobom.Slices.Tests.Fast.Host;

/// <summary>Answers that stay open: they leave room for others, and keep no process from stopping.</summary>
[Collection(nameof(HostApp))]
public sealed class OpenWatchTests
{
    const string State = HttpApi.BasePath + "/state/user/u/changes";

    [Fact]
    public async Task One_watcher_of_a_state_more_than_a_process_holds_is_told_to_come_back_and_health_still_answers()
    {
        await using var served = HostApp.Build(new FormattedLines(), [], Settings);
        await served.Api.StartAsync();
        using var client = served.Api.GetTestClient();
        var open = new List<HttpResponseMessage>();
        for (var n = 0; n < OpenStreams.KindLimit; n++) open.Add(await AskAsync(client, State));
        Assert.All(open, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));

        using (var refused = await AskAsync(client, State))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter?.Delta);
        }

        using (var health = await AskAsync(client, "/health")) Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        open[0].Dispose();
        var status = HttpStatusCode.ServiceUnavailable;
        for (var i = 0; i < 500 && status != HttpStatusCode.OK; i++)
        {
            await Task.Delay(20);
            open.Add(await AskAsync(client, State));
            status = open[^1].StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, status);
        open.ForEach(answer => answer.Dispose());
    }

    /// <summary>An answer that a stop has to cut off ends without its last chunk, which is a fault to the reader.</summary>
    [Theory]
    [InlineData(State)]
    [InlineData(HttpApi.BasePath + "/changes")]
    public async Task A_process_that_stops_ends_what_is_watched_and_does_not_cut_it_off(string path)
    {
        await using var served = HostApp.Build(new FormattedLines(), ["sockets"], Settings);
        await served.Api.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(served.Api.Urls.Single()) };
        using var answer = await AskAsync(client, path);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.NotNull(await reader.ReadLineAsync());
        var rest = reader.ReadToEndAsync();
        await WebServer.StopAsync(served.Api);
        await rest;
    }

    static (string Name, string Value)[] Settings => [("HOBOM_STREAMS_ENABLED", "true"), ("HOBOM_INTERNAL_API_KEY", HostApp.InternalKey)];

    static async Task<HttpResponseMessage> AskAsync(HttpClient client, string path)
    {
        using var request = HostApp.Request("GET", path, HostApp.InternalKey);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
