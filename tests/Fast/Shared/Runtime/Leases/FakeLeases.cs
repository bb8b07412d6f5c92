using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Leases;
using LanguageExt;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Leases;

/// <summary>A lease as Redis keeps it, on a clock that stands still until told otherwise.</summary>
sealed class FakeLeases(TimeProvider clock)
{
    static readonly StoreFailure NoAnswer = new("no answer");

    (string Text, DateTimeOffset Until)? kept;

    public bool Away { get; set; }

    /// <summary>Happens after a look, before what follows it.</summary>
    public Action AfterRead { get; set; } = () => { };

    /// <summary>What the answer to a taking waits for; it was applied before.</summary>
    public Task TakingTakes { get; set; } = Task.CompletedTask;

    public string? Text => kept is var (text, until) && clock.GetUtcNow() < until ? text : null;

    public LeasePort Port => new(
        () =>
        {
            var read = Answer<Option<string>>(() => Text is { } text ? text : Option<string>.None);
            AfterRead();
            return read;
        },
        async (seen, text, life) =>
        {
            var answer = await Answer(() => On(seen, () => Keep(text, life)));
            await TakingTakes;
            return answer;
        },
        (text, life) => Answer(() => On(text, () => Keep(text, life))),
        text => Answer(() =>
        {
            On(text, () => kept = null);
            return Unit.Default;
        }));

    public static ProcessIdentity NewProcess(string name = "here") => new(Guid.NewGuid().ToString("N"), name, 7, null, null, null);

    /// <summary>One that this process has for good: its clock stands still.</summary>
    public static FlowLease Held()
    {
        var lease = new FakeLeases(new FakeTimeProvider()).NewLease();
        OnOneThread.Run(() => Assert.IsType<LeaseAnswer.Held>(lease.TryAcquireAsync().Ended()));
        return lease;
    }

    public FlowLease NewLease(
        ProcessIdentity? process = null, TimeProvider? ownClock = null, ILogger? log = null, FlowShard? shard = null) => new(
        shard ?? FlowShard.Whole(new Category("sample")), Port, LeaseTimes.For(TimeSpan.FromSeconds(5)), process ?? NewProcess(), ownClock ?? clock,
        log ?? NullLogger.Instance);

    public void Keep(string text, TimeSpan life) => kept = (text, clock.GetUtcNow() + life);

    /// <summary>As FLUSHALL does.</summary>
    public void Lose() => kept = null;

    bool On(string? seen, Action change)
    {
        if (Text != seen) return false;
        change();
        return true;
    }

    Task<Either<StoreFailure, T>> Answer<T>(Func<T> apply) =>
        Task.FromResult<Either<StoreFailure, T>>(Away ? NoAnswer : apply());
}
