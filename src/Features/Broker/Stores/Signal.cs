namespace Hobom.Slices.Broker.Stores;

/// <summary>Remembers one signal until somebody waits for it, so that none is lost between two waits.</summary>
public sealed class Signal
{
    readonly Lock gate = new();
    TaskCompletionSource next = new();

    public void Set()
    {
        TaskCompletionSource current;
        lock (gate) current = next;
        current.TrySetResult();
    }

    public async Task WaitAsync(CancellationToken stopping)
    {
        TaskCompletionSource current;
        lock (gate) current = next;
        await current.Task.WaitAsync(stopping);
        lock (gate)
        {
            if (ReferenceEquals(next, current)) next = new TaskCompletionSource();
        }
    }
}
