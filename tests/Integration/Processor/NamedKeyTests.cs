using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>Keys as an operator makes them, at the running processor.</summary>
public sealed class NamedKeyTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    const string Letter = "/hobom-event-processor/internal/api/v1/dlq/dlq%3Amenu%3Amasked-1";

    readonly string keysPath = Path.GetTempFileName();

    [Fact]
    public async Task A_reader_sees_a_letter_masked_an_operator_whole_and_a_key_taken_out_of_the_file_nothing()
    {
        const string payload = """{"type":"MAIL_MESSAGE","title":"To canary@doe.org","body":"Hi canary","recipient":"canary@doe.org"}""";
        await Neighbours.Plain.StringSetAsync("dlq:menu:masked-1", payload);
        var (reader, readerEntry) = await NewKeyAsync("reader");
        var (@operator, operatorEntry) = await NewKeyAsync("operator");
        await File.WriteAllTextAsync(keysPath, $"{{\"keys\":[{readerEntry},{operatorEntry}]}}");
        await using var processor = await StartAsync(("HOBOM_KEYS_FILE", keysPath));

        var (status, shown) = await GetAsync(processor, reader);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith(
            """{"item":{"type":"MAIL_MESSAGE","title":"To c***@d***.org","body":"***","recipient":"***"},"masked":true,""", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", shown, StringComparison.Ordinal);
        Assert.StartsWith($"{{\"item\":{payload},", (await GetAsync(processor, RunningProcessor.InternalKey)).Body, StringComparison.Ordinal);
        var (_, toOperator) = await GetAsync(processor, @operator);
        Assert.Contains("\"masked\":true", toOperator, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", toOperator, StringComparison.Ordinal);

        await Neighbours.Plain.StringSetAsync("dlq:menu:masked-1", "no JSON, canary");
        Assert.StartsWith("""{"item":"***","masked":true,""", (await GetAsync(processor, reader)).Body, StringComparison.Ordinal);

        await File.WriteAllTextAsync(keysPath, $"{{\"keys\":[{operatorEntry}]}}");
        await processor.SaysAsync("HOBOM_KEYS_FILE: read again, 1 keys");
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(processor, reader)).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(processor, @operator)).Status);
        Assert.DoesNotContain("canary", processor.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(@operator[^20..], processor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_keys_file_with_a_fault_stops_the_start()
    {
        await File.WriteAllTextAsync(keysPath, "{\"keys\":[{\"name\":\"anna\",\"roles\":[\"root\"]}]}");
        await using var processor = RunningProcessor.Launch(Neighbours.Settings(("HOBOM_KEYS_FILE", keysPath)));
        Assert.Equal(1, await processor.ExitAsync(RunningProcessor.OrderlyLimit));
        Assert.StartsWith($"HOBOM_KEYS_FILE: {keysPath}: keys[0].roles: ", processor.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_key_it_starts_and_says_once_whom_it_answers()
    {
        await using var processor = await StartAsync(("HOBOM_INTERNAL_API_KEY", ""));
        Assert.Equal(HttpStatusCode.OK, (await processor.Http.GetAsync(new Uri("/swagger/v1/swagger.json", UriKind.Relative))).StatusCode);
        Assert.Single(processor.Output.Split('\n'), l => l.Contains("answers this machine only", StringComparison.Ordinal));
    }

    static async Task<(HttpStatusCode Status, string Body)> GetAsync(RunningProcessor processor, string key)
    {
        using var client = new HttpClient { BaseAddress = processor.Http.BaseAddress };
        client.DefaultRequestHeaders.Add("x-api-key", key);
        using var answer = await client.GetAsync(new Uri(Letter, UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    static async Task<(string Key, string Entry)> NewKeyAsync(string role)
    {
        using var command = Process.Start(new ProcessStartInfo(
            "dotnet", [RunningProcessor.BuiltPath, "keys", "new", "--name", $"test-{role}", "--role", role]) { RedirectStandardOutput = true })!;
        var output = await command.StandardOutput.ReadToEndAsync();
        await command.WaitForExitAsync();
        var entry = output[output.IndexOf('{', StringComparison.Ordinal)..];
        JsonDocument.Parse(entry).Dispose();
        return (output.Split('\n').Single(l => l.StartsWith("relay_", StringComparison.Ordinal)).Trim(), entry);
    }
}
