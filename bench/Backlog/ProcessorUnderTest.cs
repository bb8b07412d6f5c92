using System.Diagnostics;
using System.Reflection;
using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>The processor as it is shipped, in a process of its own; its start is no part of the time.</summary>
static class ProcessorUnderTest
{
    static readonly string Program = Assembly.GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Processor").Value!;

    public static async Task RunAsync(Neighbours neighbours, CancellationToken ending)
    {
        var start = new ProcessStartInfo("dotnet", [Program])
        {
            WorkingDirectory = Path.GetTempPath(), RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["HOBOM_GRPC_ADDR"] = neighbours.Backends.MainAddress;
        start.Environment["HOBOM_GRPC_API_KEY"] = "test-key";
        start.Environment["HOBOM_KAFKA_BROKER"] = neighbours.Broker;
        start.Environment["HOBOM_REDIS_ADDR"] = neighbours.Redis;
        start.Environment["HOBOM_HTTP_ADDR"] = $"127.0.0.1:{LoopbackPort.Free()}";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var stop = ending.Register(process.Kill);
        await process.WaitForExitAsync(CancellationToken.None);
        if (!ending.IsCancellationRequested) throw new InvalidOperationException($"the processor ended: {await output}{await errors}");
    }
}
