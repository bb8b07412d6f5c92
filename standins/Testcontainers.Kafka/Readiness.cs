using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Testcontainers.Kafka;

/// <summary>Waits until a broker's own metadata lists it: a real one lists itself once it has started fully.</summary>
internal static class Readiness
{
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(2);

    // size 14 · api key 3 (Metadata), version 1 · correlation id 1 · client id null · no topics
    private static readonly byte[] MetadataRequest = [0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0];

    /// <returns>The broker's address.</returns>
    public static async Task<string> WaitAsync(
        GuardedProcess broker, Func<string, string?> addressIn, TimeSpan limit, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(limit);
        while (true)
        {
            var log = await broker.ReadLogAsync();
            if (broker.HasEnded)
                throw new InvalidOperationException($"The broker ended while starting. Its log:\n{log}");
            if (addressIn(log) is { } address && await ListsABrokerAsync(IPEndPoint.Parse(address), deadline.Token))
                return address;

            cancellation.ThrowIfCancellationRequested();
            if (deadline.IsCancellationRequested)
                throw new InvalidOperationException($"The broker did not start within {limit}. Its log:\n{log}");

            await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        }
    }

    private static async Task<bool> ListsABrokerAsync(IPEndPoint address, CancellationToken cancellation)
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        attempt.CancelAfter(AttemptLimit);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address, attempt.Token);
            await client.GetStream().WriteAsync(MetadataRequest, attempt.Token);

            // size · correlation id · number of brokers, four bytes each
            var answer = new byte[12];
            await client.GetStream().ReadExactlyAsync(answer, attempt.Token);
            return BinaryPrimitives.ReadInt32BigEndian(answer.AsSpan(8)) > 0;
        }
        catch (Exception notYet) when (notYet is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }
}
