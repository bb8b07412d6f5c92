using System.Net;
using System.Text;
using System.Text.Json;
using Hobom.Slices.Host;

namespace Hobom.Slices.Tests.Fast.Host;

/// <summary>A body that is not what is wanted: the answer names the field, or the place, and no type of ours.</summary>
[Collection(nameof(HostApp))]
public sealed class BadBodyTests(HostApp app)
{
    [Theory]
    [InlineData("/dlq/replays", "{\"filtre\":{}}", "there is no field 'filtre'", "filtre")]
    [InlineData("/dlq/replays", "{\"filter\":{\"categry\":\"menu\"}}", "there is no field 'categry'", "filter.categry")]
    [InlineData("/dlq/replays", "{\"filter\":{\"category\":7}}", "filter.category is of the wrong type", "filter.category")]
    [InlineData("/dlq/replays", "{\"filter\":{},\"rate\":\"fast\"}", "rate is of the wrong type", "rate")]
    [InlineData("/dlq/replays", "{\"keys\":[\"dlq:menu:a\",7]}", "keys[1] is of the wrong type", "keys[1]")]
    [InlineData("/dlq/replays", "[]", "body is of the wrong type", "body")]
    [InlineData("/dlq/replays", "null", "either filter or keys chooses the letters", "filter")]
    [InlineData("/dlq/replays", "", "body is not JSON: line 1, position 1", "body")]
    [InlineData("/dlq/replays", "{\"filter\":\n{]", "body is not JSON: line 2, position 2", "filter")]
    [InlineData("/dlq/discard", "{\"keys\":[\"dlq:menu:\\ud83d\"],\"reason\":\"x\"}", "keys[0] holds text that is not Unicode", "keys[0]")]
    [InlineData("/dlq/discard", "{\"keys\":[\"dlq:menu:a\"],\"reason\":\"\u00ff\"}", "reason holds text that is not Unicode", "reason")]
    [InlineData("/dlq/discard", "{\"\\ud83d\":1}", "body holds text that is not Unicode", "body")]
    [InlineData("/dlq/replays", "{\"filter\":{\"\u00ff\":1}}", "there is no field '\ufffd'", "filter.\ufffd")]
    [InlineData(
        "/dlq/replays", "{\"filter\":{},\"patch\":[{\"op\":\"add\",\"path\":\"\",\"value\":\"\\ud83d\"}]}",
        "operation 0: it holds text that is not Unicode", "patch")]
    [InlineData("/dlq/replays", "{\"filter\":{},\"patch\":[{\"\u00ff\":1}]}", "operation 0: it holds text that is not Unicode", "patch")]
    [InlineData("/dlq/replays", "{\"filter\":{},\"patch\":\"\u00ff\"}", "a patch is an array of operations", "patch")]
    [InlineData("PUT /dlq/dlq:menu:a", "{\"payload\":{\"a\":\"\u00ff\"},\"reason\":\"x\"}", "payload is not UTF-8", "payload")]
    [InlineData("PUT /dlq/dlq:menu:a", "{\"payload\":{\"\\ud83d\":1},\"reason\":\"x\"}", "payload holds text that is not Unicode", "payload")]
    [InlineData("PUT /dlq/dlq:menu:a", "{\"payloadText\":\"\\ud83d\",\"reason\":\"x\"}", "payloadText holds text that is not Unicode", "payloadText")]
    [InlineData("PUT /dlq/dlq:menu:a", "{\"payloadText\":\"[\\\"\\\\ud83d\\\"]\",\"reason\":\"x\"}", "payloadText holds text that is not Unicode", "payloadText")]
    [InlineData("/dlq/discard", "{\"key\":[\"dlq:menu:a\"],\"reason\":\"x\"}", "there is no field 'key'", "key")]
    [InlineData("/dlq/discard", "{\"keys\":\"dlq:menu:a\",\"reason\":\"x\"}", "keys is of the wrong type", "keys")]
    [InlineData("/dlq/discard", "{\"keys\":[\"menu:a\"],\"reason\":\"x\"}", "a dead letter key begins with 'dlq:'", "keys[0]")]
    public async Task The_answer_names_what_is_wrong(string path, string body, string error, string field)
    {
        string[] route = path.StartsWith('/') ? ["POST", path] : path.Split(' ');
        var request = HostApp.Request(route[0], HttpApi.BasePath + route[1], HostApp.InternalKey);
        // Each character is a byte, so that a text can hold bytes that are no UTF-8.
        request.Content = new ByteArrayContent(Encoding.Latin1.GetBytes(body));
        request.Content.Headers.ContentType = new("application/json");
        var answer = await app.Client.SendAsync(request);
        using var told = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(
            (HttpStatusCode.BadRequest, error, field),
            (answer.StatusCode, told.RootElement.GetProperty("error").GetString(), told.RootElement.GetProperty("field").GetString()));
    }

    [Theory]
    [InlineData("/dlq?categry=menu&limit=5", "categry")]
    [InlineData("/dlq/groups?CLAS=unknown", "CLAS")]
    [InlineData("/dlq/tombstones?state=open", "state")]
    [InlineData("/audit?by=anna", "by")]
    public async Task A_parameter_that_a_list_does_not_have_is_refused(string path, string field)
    {
        var answer = await app.SendAsync("GET", HttpApi.BasePath + path, HostApp.InternalKey);
        using var told = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(
            (HttpStatusCode.BadRequest, $"{field} is no parameter of this list"),
            (answer.StatusCode, told.RootElement.GetProperty("error").GetString()));
    }
}
