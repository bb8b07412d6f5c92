using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Broker.Stores.Journal;

/// <summary>Keeps the whole state now and then, so that the commands before it can go.</summary>
/// <param name="interval">In commands.</param>
sealed class JournalKeeper(JournalPort journal, JournalReplica replica, int interval, TimeProvider clock, ILogger log)
{
    /// <summary>
    /// After a state that could not be kept, unless as many commands as ever come sooner: writing it costs as much as all events.
    /// </summary>
    static readonly TimeSpan RetryInterval = TimeSpan.FromMinutes(1);

    ulong keptAt;
    (ulong Position, long At)? failed;

    /// <summary>A state is there as of that position.</summary>
    public void NoteKept(ulong position) => (keptAt, failed) = (position, null);

    /// <summary>What is not kept now is kept later: the commands are there as long.</summary>
    public async Task KeepIfDueAsync(CancellationToken stopping)
    {
        if (replica.Position - keptAt < (ulong)interval || HasJustFailed()) return;
        if ((await KeepAsync(stopping)).TryGetRight(out _, out var failure)) return;
        failed = (replica.Position, clock.GetTimestamp());
        log.LogWarning(
            LogEvents.Named("broker.state-not-kept"),
            "broker: the store's state could not be kept at {Position}, and its storage grows until it can: {Failure}", replica.Position,
            failure.Message);
    }

    public async Task<Either<StoreFailure, Unit>> KeepAsync(CancellationToken stopping)
    {
        if (!Written().TryGetRight(out var mine, out var failure)) return failure;
        if (!(await journal.Keep(mine.Position, mine.Bytes, stopping)).TryGetRight(out _, out failure)) return failure;
        NoteKept(mine.Position);
        return Unit.Default;
    }

    bool HasJustFailed() =>
        failed is { } last && replica.Position - last.Position < (ulong)interval && clock.GetElapsedTime(last.At) < RetryInterval;

    Either<StoreFailure, KeptState> Written()
    {
        try
        {
            return replica.Keep();
        }
        catch (Exception e) when (e is IOException or JsonException or NotSupportedException or ArgumentException or OutOfMemoryException)
        {
            return new StoreFailure($"the state cannot be written: {e.Message}");
        }
    }
}
