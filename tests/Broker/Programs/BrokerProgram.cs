using System.Diagnostics;
using System.Net.Http.Json;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Hobom.Slices.Tests.Broker.Programs;

/// <summary>The real program with its broker on, in a process of its own. Backends and Kafka are away: it does without.</summary>
sealed class BrokerProgram : IAsyncDisposable
{
    public const string Key = "internal-key-of-the-tests";

    readonly Process process;
    readonly StringBuilder output = new();

    BrokerProgram(IEnumerable<(string Name, string Value)> settings)
    {
        var http = $"127.0.0.1:{LoopbackPort.Free()}";
        var start = new ProcessStartInfo("dotnet", [PathOfProgram]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in settings.Append(("HOBOM_HTTP_ADDR", http)).Append(("HOBOM_INTERNAL_API_KEY", Key)))
            start.Environment[name] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Address = http;
        Http = new HttpClient { BaseAddress = new Uri($"http://{http}/hobom-event-processor/internal/api/v1/") };
        Http.DefaultRequestHeaders.Add("x-api-key", Key);
    }

    public static string PathOfProgram =>
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Program").Value!;

    public string Address { get; }

    public HttpClient Http { get; }

    public string Output
    {
        get
        {
            lock (output) return output.ToString();
        }
    }

    /// <summary>Beside the relay, whose neighbours but Redis are away.</summary>
    public static BrokerProgram BesideRelay(string redis, string sqliteFile) => new(
    [
        ("HOBOM_GRPC_ADDR", "127.0.0.1:1"), ("HOBOM_GRPC_API_KEY", "none"), ("HOBOM_KAFKA_BROKER", "127.0.0.1:1"),
        ("HOBOM_REDIS_ADDR", redis), ("HOBOM_BROKER_PROVIDER", "sqlite"), ("HOBOM_BROKER_SQLITE_FILE", sqliteFile),
        ("HOBOM_BROKER_WEBHOOKS_ALLOW_PRIVATE", "true"), ("HOBOM_BROKER_RETRY_POLICY_MAX_RETRIES", "0"),
    ]);

    public static BrokerProgram Alone(params (string Name, string Value)[] settings) => new(settings);

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = JsonDocument.Parse(await Http.GetStringAsync(path));
        return answer.RootElement.Clone();
    }

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}\n{Output}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
    }

    public async Task UntilAsync(Func<Task<bool>> holds, int seconds = 60)
    {
        for (var begun = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            try
            {
                if (await holds()) return;
            }
            catch (HttpRequestException) when (begun.Elapsed.TotalSeconds < seconds)
            {
                continue;
            }

            Assert.True(begun.Elapsed.TotalSeconds < seconds && !process.HasExited, Output);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Http.Dispose();
    }

    void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (output) output.AppendLine(line.Data);
    }
}
