using System.Net.Sockets;

namespace Hobom.Slices.Tests.Support;

/// <summary>
/// Once told to, swallows what comes over the connections that it has, as a network does whose other end vanished;
/// connections made after that pass again.
/// </summary>
public sealed class SwallowingForwarder(int target) : TcpForwarder(target)
{
    volatile int epoch;

    public void SwallowWhatIsConnected() => epoch++;

    protected override Task PassAsync(TcpClient near, TcpClient far)
    {
        var own = epoch;
        return Task.WhenAll(CopyAsync(near, far, () => own == epoch), CopyAsync(far, near, () => own == epoch));
    }
}
