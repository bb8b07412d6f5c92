using System.Diagnostics;
using System.Reflection;
using System.Text;
using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>The real program with its router on, in a process of its own. Backends and Kafka are away: it does without.</summary>
sealed class RunningProgram : IAsyncDisposable
{
    const string Key = "internal-key-of-the-tests";

    readonly Process process;
    readonly StringBuilder output = new();

    RunningProgram(string redis)
    {
        var http = $"127.0.0.1:{LoopbackPort.Free()}";
        var start = new ProcessStartInfo("dotnet", [PathOfProgram()]) { RedirectStandardOutput = true, RedirectStandardError = true };
        (string Name, string Value)[] settings =
        [
            ("HOBOM_GRPC_ADDR", "127.0.0.1:1"), ("HOBOM_GRPC_API_KEY", "none"), ("HOBOM_KAFKA_BROKER", "127.0.0.1:1"),
                ("HOBOM_REDIS_ADDR", redis),
            ("HOBOM_HTTP_ADDR", http), ("HOBOM_INTERNAL_API_KEY", Key), ("HOBOM_STREAMS_ENABLED", "true"),
                ("HOBOM_STREAMS_SHARDS", "auth=6"),
            ("HOBOM_STREAMS_RETENTION", "0s"),
        ];
        foreach (var (name, value) in settings) start.Environment[name] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Http = new HttpClient { BaseAddress = new Uri($"http://{http}/hobom-event-processor/internal/api/v1/") };
        Http.DefaultRequestHeaders.Add("x-api-key", Key);
    }

    public HttpClient Http { get; }

    public string Output
    {
        get
        {
            lock (output) return output.ToString();
        }
    }

    public static RunningProgram Start(string redis) => new(redis);

    public void Kill() => process.Kill();

    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync();
        return process.ExitCode;
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

    static string PathOfProgram() =>
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Program").Value!;
}
