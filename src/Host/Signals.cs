using System.Runtime.InteropServices;

namespace Hobom.Slices.Host;

/// <summary>SIGTERM and SIGINT: the first asks for an orderly end, the second ends the process at once.</summary>
sealed class Signals : IDisposable
{
    static readonly TimeSpan LastWordLimit = TimeSpan.FromMilliseconds(500);

    readonly CancellationTokenSource first = new();
    readonly PosixSignalRegistration[] registrations;
    int count;

    public Signals() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
    ];

    public CancellationToken Stopping => first.Token;

    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
        first.Dispose();
    }

    void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref count) == 1)
        {
            // Not on the signal's own thread: what waits on the token runs here.
            ThreadPool.QueueUserWorkItem(_ => first.Cancel());
            return;
        }

        // Where nobody reads the output, a word to it would hold up the end.
        Task.Run(() => Console.Error.WriteLine("second signal: ending at once")).Wait(LastWordLimit);
        Environment.Exit(128 + (context.Signal is PosixSignal.SIGINT ? 2 : 15));
    }
}
