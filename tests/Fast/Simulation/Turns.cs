using System.Collections.Concurrent;

namespace Hobom.Slices.Tests.Fast.Simulation;

/// <summary>
/// Runs asynchronous code on one thread: the calls to fake neighbours are applied and answered one at a time, in an
/// order by chance, and time passes when nothing else can happen. The same seed gives the same run.
/// </summary>
sealed class Turns(Random chance, FakeClock clock)
{
    readonly List<Call> calls = [];
    readonly TurnContext context = new();

    /// <summary>The part of the calls that is applied and answered at once, on the caller's stack.</summary>
    public double ImmediateShare { get; set; }

    /// <summary>Every call is applied and answered within so long; null where it may take any time.</summary>
    public TimeSpan? CallLimit { get; set; }

    /// <summary>Looked at after every turn, in the middle of whatever is under way.</summary>
    public Action AfterTurn { get; set; } = () => { };

    /// <param name="apply">Does what the call asks for, and gives the answer.</param>
    public Task<T> CallAsync<T>(Func<T> apply)
    {
        if (chance.NextDouble() < ImmediateShare) return Task.FromResult(apply());
        var answered = new TaskCompletionSource<T>();
        var applied = new Lazy<T>(apply);
        calls.Add(new Call(() => _ = Try(applied), () => answered.SetFromTask(Try(applied)), clock.GetUtcNow()));
        return answered.Task;
    }

    /// <summary>Happens at some later turn, whatever becomes of the process.</summary>
    public void Later(Action happens) => calls.Add(new Call(happens, null, clock.GetUtcNow()));

    /// <summary>Starts the work and takes turns until it has ended.</summary>
    public T Run<T>(Func<Task<T>> start) => RunAtMost(int.MaxValue, start)!;

    /// <summary>Default where the work had not ended after so many turns.</summary>
    public T? RunAtMost<T>(int turns, Func<Task<T>> start) =>
        InContext(() =>
        {
            var task = start();
            for (var turn = 0; !task.IsCompleted && turn < turns; turn++)
            {
                if (!TakeTurn()) throw new InvalidOperationException("nothing is left to happen, and the work has not ended");
                AfterTurn();
            }

            return task.IsCompleted ? task.GetAwaiter().GetResult() : default;
        });

    /// <summary>The process dies: what it asked for is done or not, by chance, and nobody hears the answer.</summary>
    public void Crash()
    {
        foreach (var call in calls.Where(c => c.Answer is not null && !c.Applied && chance.Next(2) == 0).ToArray()) call.Apply();
        calls.RemoveAll(c => c.Answer is not null);
        context.Posted.Clear();
        clock.DropTimers();
    }

    bool TakeTurn()
    {
        if (context.Posted.TryDequeue(out var continuation))
        {
            continuation();
            return true;
        }

        var timePasses = calls.Count == 0 || chance.Next(20) == 0;
        if (timePasses && clock.UntilNextTimer is { } wait)
        {
            if (Due(clock.GetUtcNow() + wait) is { } due) Take(due);
            else clock.Advance(wait);
            return true;
        }

        if (calls.Count == 0) return false;
        Take(calls[chance.Next(calls.Count)]);
        return true;
    }

    /// <summary>A call that must not wait until then.</summary>
    Call? Due(DateTimeOffset then) => CallLimit is { } limit ? calls.Find(c => c.Answer is not null && c.At + limit < then) : null;

    void Take(Call call)
    {
        if (call.Applied || call.Answer is null) calls.Remove(call);
        if (call.Applied)
        {
            call.Answer!();
        }
        else
        {
            call.Applied = true;
            call.Apply();
        }
    }

    static Task<T> Try<T>(Lazy<T> work)
    {
        try
        {
            return Task.FromResult(work.Value);
        }
        catch (Exception broken)
        {
            return Task.FromException<T>(broken);
        }
    }

    T InContext<T>(Func<T> work)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            return work();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>
    /// A task that several wait for resumes all but one of them here, instead of on the thread pool. Task.WhenAny of such a task goes
    /// through the pool all the same, and posts from there.
    /// </summary>
    sealed class TurnContext : SynchronizationContext
    {
        public ConcurrentQueue<Action> Posted { get; } = [];

        public override void Post(SendOrPostCallback d, object? state) => Posted.Enqueue(() => d(state));
    }

    /// <param name="answer">None where nobody waits for one.</param>
    /// <param name="at">When it was made.</param>
    sealed class Call(Action apply, Action? answer, DateTimeOffset at)
    {
        public Action Apply => apply;

        public Action? Answer => answer;

        public DateTimeOffset At => at;

        public bool Applied { get; set; }
    }
}
