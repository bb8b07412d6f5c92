using System.Diagnostics;
using System.Globalization;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>Kestrel with a thread for each core, in a process of its own (bench/Outbox). Forgets what is marked.</summary>
sealed class ManyThreadedOutbox : Outbox
{
    readonly Process process;
    readonly SemaphoreSlim turn = new(1, 1);

    ManyThreadedOutbox(Process process, string address) => (this.process, Address) = (process, address);

    public override string Name => "Kestrel";

    public override string Address { get; }

    public static async Task<ManyThreadedOutbox> StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [BuiltPrograms.Outbox])
        {
            RedirectStandardInput = true, // it ends when this closes, however this process ends
            RedirectStandardOutput = true,
        };
        start.Environment["HOBOM_GRPC_API_KEY"] = Key;
        var started = Process.Start(start)!;
        return new ManyThreadedOutbox(
            started, await started.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the outbox did not start"));
    }

    public override Task EmptyAsync() => OrderAsync("reset");

    public override Task AddAsync(int rows) => OrderAsync($"add {rows.ToString(CultureInfo.InvariantCulture)}");

    public override async Task<(int Pending, int Sent)> CountAsync()
    {
        var state = await StateAsync();
        return state[2] == 0 ? ((int)state[0], (int)state[1]) : throw new InvalidOperationException($"{state[2]} rows were marked FAILED");
    }

    public override async Task<OutboxTimes> TimesAsync()
    {
        var state = await StateAsync();
        return new OutboxTimes(state[3], state[4], state[5]);
    }

    public override async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(5))) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        turn.Dispose();
    }

    async Task<long[]> StateAsync() =>
        [.. (await OrderAsync("state")).Split(' ').Select(n => long.Parse(n, CultureInfo.InvariantCulture))];

    async Task<string> OrderAsync(string order)
    {
        await turn.WaitAsync();
        try
        {
            await process.StandardInput.WriteLineAsync(order);
            return await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the outbox ended");
        }
        finally
        {
            turn.Release();
        }
    }
}
