using System.Diagnostics;
using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>The processor as it is shipped, in a process of its own that ends as it is disposed of.</summary>
sealed class ProcessorUnderTest : IAsyncDisposable
{
    const string Key = "bench-key";

    readonly Process process;
    readonly Task<string> output;
    readonly Task<string> errors;
    readonly HttpClient http;

    ProcessorUnderTest(Process process, string address)
    {
        this.process = process;
        output = process.StandardOutput.ReadToEndAsync();
        errors = process.StandardError.ReadToEndAsync();
        http = new HttpClient { BaseAddress = new Uri($"http://{address}") };
        http.DefaultRequestHeaders.Add("x-api-key", Key);
    }

    /// <summary>Since the process began.</summary>
    public TimeSpan Cpu
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public double Mebibytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / 1048576.0;
        }
    }

    public double PeakMebibytes
    {
        get
        {
            process.Refresh();
            return process.PeakWorkingSet64 / 1048576.0;
        }
    }

    /// <param name="more">Settings beside the neighbours.</param>
    public static ProcessorUnderTest Start(Neighbours neighbours, params (string Name, string Value)[] more)
    {
        var program = Program;
        var start = new ProcessStartInfo(program.EndsWith(".dll", StringComparison.Ordinal) ? "dotnet" : program)
        {
            WorkingDirectory = Path.GetTempPath(), RedirectStandardOutput = true, RedirectStandardError = true,
        };
        if (program.EndsWith(".dll", StringComparison.Ordinal)) start.ArgumentList.Add(program);
        var address = $"127.0.0.1:{LoopbackPort.Free()}";
        start.Environment["HOBOM_GRPC_ADDR"] = neighbours.Outbox.Address;
        start.Environment["HOBOM_GRPC_API_KEY"] = Outbox.Key;
        start.Environment["HOBOM_KAFKA_BROKER"] = neighbours.Broker;
        start.Environment["HOBOM_REDIS_ADDR"] = neighbours.Redis;
        start.Environment["HOBOM_HTTP_ADDR"] = address;
        start.Environment["HOBOM_INTERNAL_API_KEY"] = Key;
        foreach (var (name, value) in more) start.Environment[name] = value;
        return new ProcessorUnderTest(Process.Start(start)!, address);
    }

    /// <summary>Until it answers over HTTP.</summary>
    public async Task WhenServingAsync()
    {
        while (true)
        {
            await ThrowIfEndedAsync();
            try
            {
                using var answer = await http.GetAsync(new Uri("/health/live", UriKind.Relative));
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            await Task.Delay(5);
        }
    }

    /// <summary>By the route that ends the wait between two visits.</summary>
    public async Task PollNowAsync()
    {
        using var answer = await http.PostAsync(
            new Uri("/hobom-event-processor/internal/api/v1/pollers/messages/poll", UriKind.Relative), null);
        answer.EnsureSuccessStatusCode();
    }

    public async Task ThrowIfEndedAsync()
    {
        if (process.HasExited) throw new InvalidOperationException($"the processor ended: {await output}{await errors}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        http.Dispose();
    }

    /// <summary>Another than the built one where <c>HOBOM_BENCH_PROCESSOR</c> names it: the published one.</summary>
    static string Program => Environment.GetEnvironmentVariable("HOBOM_BENCH_PROCESSOR") is { Length: > 0 } named ? named
        : BuiltPrograms.Processor;
}
