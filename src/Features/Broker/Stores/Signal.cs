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

/// <summary>Those who are woken together, each with a signal of its own, so that none takes another's.</summary>
public sealed class Signals
{
    readonly Lock gate = new();
    readonly List<Signal> listening = [];

    public Signal Listen()
    {
        var signal = new Signal();
        lock (gate) listening.Add(signal);
        return signal;
    }

    public void Forget(Signal signal)
    {
        lock (gate) listening.Remove(signal);
    }

    public void Set()
    {
        Signal[] all;
        lock (gate) all = [.. listening];
        foreach (var signal in all) signal.Set();
    }
}
