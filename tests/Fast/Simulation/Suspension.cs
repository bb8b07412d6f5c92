using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Leases;

namespace Hobom.Slices.Tests.Fast.Simulation;

/// <summary>
/// Freezes one process of several: what it asked for goes on in the world, and it hears the answers, and of the time that
/// has passed, when it thaws. One that never thaws was killed.
/// </summary>
sealed class Suspension(FakeClock clock) : TimeProvider
{
    readonly List<Action> late = [];
    TaskCompletionSource thawed = new();

    public bool IsFrozen { get; private set; }

    public override long TimestampFrequency => clock.TimestampFrequency;

    public void Freeze() => IsFrozen = true;

    public void Thaw()
    {
        IsFrozen = false;
        var (fired, heard) = (late.ToArray(), thawed);
        late.Clear();
        thawed = new TaskCompletionSource();
        foreach (var fire in fired) fire();
        heard.SetResult();
    }

    /// <summary>An answer, when the process is there to hear it.</summary>
    public async Task<T> HearAsync<T>(Task<T> answer)
    {
        var result = await answer;
        while (IsFrozen) await thawed.Task;
        return result;
    }

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => clock.CreateTimer(
        _ =>
        {
            if (IsFrozen) late.Add(() => callback(state));
            else callback(state);
        },
        null, dueTime, period);

    public LeasePort Hear(LeasePort port, Func<bool> cutOff) => new(
        () => Reach(cutOff, port.Read), (seen, text, life) => Reach(cutOff, () => port.Take(seen, text, life)),
        (text, life) => Reach(cutOff, () => port.Renew(text, life)), text => Reach(cutOff, () => port.Release(text)));

    public ShardPort Hear(ShardPort port, Func<bool> cutOff) => new(
        (me, life) => Reach(cutOff, () => port.Look(me, life)), me => Reach(cutOff, () => port.Leave(me)));

    public LedgerPort Hear(LedgerPort port, Func<bool> cutOff) => new(
        () => Reach(cutOff, port.Load), changes => Reach(cutOff, () => port.Write(changes)));

    public LetterPort Hear(LetterPort port, Func<bool> cutOff) => new(
        letter => Reach(cutOff, () => port.Save(letter)), keys => Reach(cutOff, () => port.FindExisting(keys)),
        key => Reach(cutOff, () => port.Drop(key)), key => Reach(cutOff, () => port.NoteRowFailed(key)));

    public MarkPort Hear(MarkPort port) => new(id => HearAsync(port.Sent(id)), (id, reason) => HearAsync(port.Failed(id, reason)));

    Task<LanguageExt.Either<Core.StoreFailure, T>> Reach<T>(Func<bool> cutOff, Func<Task<LanguageExt.Either<Core.StoreFailure, T>>> call) =>
        cutOff() ? Task.FromResult<LanguageExt.Either<Core.StoreFailure, T>>(new Core.StoreFailure("cut off")) : HearAsync(call());
}
