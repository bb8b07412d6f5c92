using Hobom.Slices.Tests.Integration.Interop;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>Where the servers are.</summary>
sealed record Neighbours(string Broker, string Redis, GrpcJsBackends Backends);

/// <summary>One backlog, timed by the backend that serves it.</summary>
static class BacklogRun
{
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <param name="relay">Empties the outbox; told to end when no row is PENDING.</param>
    public static async Task<TimeSpan> TimeAsync(Neighbours neighbours, int rows, Func<Neighbours, CancellationToken, Task> relay)
    {
        var control = neighbours.Backends.Control;
        await control.ResetAsync();
        await control.GenerateRowsAsync("main", "MESSAGE", rows, bodyBytes: 200, idPrefix: $"{Guid.NewGuid():N}-");
        using var ending = new CancellationTokenSource();
        var running = relay(neighbours, ending.Token);
        while (await control.CountAsync("main", "MESSAGE", "SENT") < rows)
        {
            if (running.IsFaulted) await running;
            await Task.Delay(PollInterval);
        }

        var found = (await control.CallsAsync("main", "find-message")).Items[0].At;
        var marked = (await control.AllMarksAsync("main")).Values.Max(marks => marks.Max(m => m.At));
        await ending.CancelAsync();
        await running;
        return TimeSpan.FromMilliseconds(marked - found);
    }
}
