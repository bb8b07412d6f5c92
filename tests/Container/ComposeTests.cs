using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Hobom.Slices.Tests.Container;

/// <summary>deploy/compose.yaml as a newcomer uses it.</summary>
[Collection(ContainerCollection.Name)]
public sealed class ComposeTests
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [ComposeFact]
    public async Task Up_shows_events_flowing_and_an_API_that_answers_and_down_leaves_nothing()
    {
        await using var project = new ComposeProject();
        await project.UpAsync();
        using var http = new HttpClient();

        await EventsFlowAsync(project, http);
        await TheApiAnswersAsync(project, http);
        await TheBrokerKeepsAnEventAsync(project, http);

        await project.StopAsync();
        Assert.Equal(0, await project.ExitCodeAsync("processor"));
        Assert.Equal(0, await project.ExitCodeAsync("sandbox"));
        await project.DownAsync();
        Assert.Equal("", await project.LeftAsync());
    }

    /// <summary>Of each flow some are settled; bad ones wait as letters.</summary>
    static async Task EventsFlowAsync(ComposeProject project, HttpClient http)
    {
        var end = DateTime.UtcNow + Limit;
        while (true)
        {
            var summary = await http.GetFromJsonAsync<JsonElement>(new Uri($"http://127.0.0.1:{project.SandboxPort}/summary"));
            var sent = summary.GetProperty("events").EnumerateArray()
                .ToDictionary(e => e.GetProperty("eventType").GetString()!, e => e.GetProperty("sent").GetInt64(), StringComparer.Ordinal);
            if (sent.Count == 5 && sent.Values.All(count => count > 0)) break;
            Assert.True(DateTime.UtcNow < end, $"{summary} {await project.LogsAsync()}");
            await Task.Delay(500);
        }

        var records = await project.ExecAsync(
            "kafka", "/opt/kafka/bin/kafka-console-consumer.sh", "--bootstrap-server", "kafka:9092", "--topic", "hobom.messages",
            "--from-beginning", "--max-messages", "1", "--timeout-ms", "30000");
        Assert.Contains("\"recipient\"", records.Output, StringComparison.Ordinal);
    }

    static async Task TheApiAnswersAsync(ComposeProject project, HttpClient http)
    {
        await ReadyAsync(project, http);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(project, http, HttpMethod.Get, Api("/pollers"), "wrong")).Status);
        var (status, body) = await SendAsync(project, http, HttpMethod.Get, Api("/pollers"), project.Keys["HOBOM_INTERNAL_API_KEY"]);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.All(
            (string[])["messages", "logs", "space", "space-logs", "law"],
            name => Assert.Contains($"\"{name}\"", body, StringComparison.Ordinal));
    }

    /// <summary>Topics are made by the first record, and looked for again from time to time.</summary>
    static async Task ReadyAsync(ComposeProject project, HttpClient http)
    {
        var end = DateTime.UtcNow + Limit;
        var (status, body) = (HttpStatusCode.ServiceUnavailable, "");
        while (status != HttpStatusCode.OK)
        {
            Assert.True(DateTime.UtcNow < end, body);
            (status, body) = await SendAsync(project, http, HttpMethod.Get, "/health/ready", null);
            await Task.Delay(500);
        }
    }

    static async Task TheBrokerKeepsAnEventAsync(ComposeProject project, HttpClient http)
    {
        var key = project.Keys["HOBOM_INTERNAL_API_KEY"];
        var (status, body) = await SendAsync(
            project, http, HttpMethod.Post, Api("/broker/events"), key,
            new { id = "compose-1", source = "system", type = "compose.tried", payload = new { n = 1 } });
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.Created, $"{status} {body}");
        var (found, _) = await SendAsync(project, http, HttpMethod.Get, Api("/broker/events/system/compose-1"), key);
        Assert.Equal(HttpStatusCode.OK, found);
    }

    static string Api(string path) => $"/hobom-event-processor/internal/api/v1{path}";

    static async Task<(HttpStatusCode Status, string Body)> SendAsync(
        ComposeProject project, HttpClient http, HttpMethod method, string path, string? key, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri($"http://127.0.0.1:{project.ApiPort}{path}"));
        if (key is not null) request.Headers.Add("x-api-key", key);
        if (body is not null) request.Content = JsonContent.Create(body);
        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    [AttributeUsage(AttributeTargets.Method)]
    sealed class ComposeFactAttribute : FactAttribute
    {
        public ComposeFactAttribute() => Skip = ComposeProject.Missing;
    }
}
