namespace Hobom.Slices.Runtime.Delivering;

/// <summary>
/// Bounds what is under way, by count and by bytes, first come first served. What waits to be tried again
/// is parked: it leaves the window to the others, but the park is bounded too.
/// Continuations run where the slot is freed: nothing here uses a thread of its own.
/// </summary>
public sealed class DeliveryWindow(int countLimit, long byteLimit, int parkLimit)
{
    readonly Lock gate = new();
    readonly Queue<Waiter> waiters = new();
    readonly Queue<Waiter> parkWaiters = new();
    int count;
    long bytes;
    int parked;
    int alive;
    TaskCompletionSource? empty;

    /// <summary>Takes part in the window until <see cref="Leave"/>. What is larger than the window goes alone.</summary>
    /// <param name="parts">Those who enter together: each leaves by itself, with its share of the weight and the size.</param>
    public Task EnterAsync(int weight, long size, int parts = 1)
    {
        lock (gate) alive += parts;
        return WaitForSlotAsync(weight, size);
    }

    public void Leave(int weight, long size)
    {
        FreeSlot(weight, size);
        TaskCompletionSource? done = null;
        lock (gate)
        {
            if (--alive == 0) (done, empty) = (empty, null);
        }

        done?.SetResult();
    }

    /// <summary>Gives the slot to others while <paramref name="pause"/> lasts, then waits for one again.</summary>
    public async Task StepAsideAsync(int weight, long size, Func<Task> pause)
    {
        await ParkAsync();
        FreeSlot(weight, size);
        try
        {
            await pause();
        }
        finally
        {
            Unpark();
            await WaitForSlotAsync(weight, size);
        }
    }

    /// <summary>Completes when nothing is under way, parked or waiting.</summary>
    public Task WhenEmptyAsync()
    {
        lock (gate)
        {
            if (alive == 0) return Task.CompletedTask;
            empty ??= new TaskCompletionSource();
            return empty.Task;
        }
    }

    Task WaitForSlotAsync(int weight, long size)
    {
        lock (gate)
        {
            if (waiters.Count == 0 && Fits(weight, size))
            {
                Take(weight, size);
                return Task.CompletedTask;
            }

            var waiter = new Waiter(weight, size);
            waiters.Enqueue(waiter);
            return waiter.Admitted.Task;
        }
    }

    void FreeSlot(int weight, long size)
    {
        List<Waiter>? admitted = null;
        lock (gate)
        {
            count -= weight;
            bytes -= size;
            while (waiters.TryPeek(out var next) && Fits(next.Weight, next.Size))
            {
                Take(next.Weight, next.Size);
                (admitted ??= []).Add(waiters.Dequeue());
            }
        }

        admitted?.ForEach(w => w.Admitted.SetResult());
    }

    Task ParkAsync()
    {
        lock (gate)
        {
            if (parked < parkLimit)
            {
                parked++;
                return Task.CompletedTask;
            }

            var waiter = new Waiter(0, 0);
            parkWaiters.Enqueue(waiter);
            return waiter.Admitted.Task;
        }
    }

    void Unpark()
    {
        Waiter? next;
        lock (gate)
        {
            if (!parkWaiters.TryDequeue(out next)) parked--;
        }

        next?.Admitted.SetResult();
    }

    bool Fits(int weight, long size) => count == 0 || (count + weight <= countLimit && bytes + size <= byteLimit);

    void Take(int weight, long size)
    {
        count += weight;
        bytes += size;
    }

    sealed record Waiter(int Weight, long Size)
    {
        public TaskCompletionSource Admitted { get; } = new();
    }
}
