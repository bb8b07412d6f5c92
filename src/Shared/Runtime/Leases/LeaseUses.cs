namespace Hobom.Slices.Runtime.Leases;

/// <summary>Counts the work that is under way while a flow is held. Safe from any thread.</summary>
sealed class LeaseUses
{
    readonly Lock gate = new();
    TaskCompletionSource? none;
    int count;

    public bool Any
    {
        get
        {
            lock (gate) return count > 0;
        }
    }

    /// <summary>Until it is disposed of, once or more often.</summary>
    public IDisposable Enter()
    {
        lock (gate) count++;
        return new Use(this);
    }

    /// <summary>Completes when no work is under way.</summary>
    public Task WhenNoneAsync()
    {
        lock (gate)
        {
            if (count == 0) return Task.CompletedTask;
            none ??= new TaskCompletionSource();
            return none.Task;
        }
    }

    void Leave()
    {
        TaskCompletionSource? done = null;
        lock (gate)
        {
            if (--count == 0) (done, none) = (none, null);
        }

        done?.SetResult();
    }

    sealed class Use(LeaseUses uses) : IDisposable
    {
        int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0) uses.Leave();
        }
    }
}
