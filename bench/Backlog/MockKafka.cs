using System.Diagnostics;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>librdkafka's mock cluster in a process of its own: what Kafka is when it costs next to nothing.</summary>
sealed class MockKafka : IAsyncDisposable
{
    readonly Process process;

    MockKafka(Process process, string address) => (this.process, Address) = (process, address);

    /// <summary>host:port.</summary>
    public string Address { get; }

    public static async Task<MockKafka> StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [BuiltPrograms.Sandbox, "broker"]) { RedirectStandardOutput = true };
        var started = Process.Start(start)!;
        return new MockKafka(
            started, await started.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the mock did not start"));
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
