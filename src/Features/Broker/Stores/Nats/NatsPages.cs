using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace Hobom.Slices.Broker.Stores.Nats;

/// <summary>Messages of the log, asked for many at once: one after the other each would cost the way to the server and back.</summary>
sealed class NatsPages(TimeProvider clock)
{
    const int PageLimit = 500;
    const int AtOnce = 50;

    /// <summary>Less than a call may last: what is there by then is a page, and the next one goes on behind it.</summary>
    static readonly TimeSpan Enough = TimeSpan.FromSeconds(3);

    /// <summary>What follows a position without a gap: none where the next one is not there any more.</summary>
    /// <param name="last">The log's last.</param>
    public async Task<IReadOnlyList<StoredMessage>> ReadAsync(INatsJSStream log, ulong position, ulong last, CancellationToken stopping)
    {
        var messages = new List<StoredMessage>();
        var begun = clock.GetTimestamp();
        while (messages.Count < PageLimit && clock.GetElapsedTime(begun) < Enough)
        {
            var next = position + (ulong)messages.Count + 1;
            if (next > last) break;
            var count = (int)Math.Min(AtOnce, last - next + 1);
            var asked = await Task.WhenAll(Enumerable.Range(0, count).Select(n => OneAsync(log, next + (ulong)n, stopping)));
            messages.AddRange(asked.TakeWhile(m => m is not null)!);
            if (asked.Any(m => m is null)) break;
        }

        return messages;
    }

    /// <summary>Null where it is not there.</summary>
    static async Task<StoredMessage?> OneAsync(INatsJSStream log, ulong position, CancellationToken stopping)
    {
        try
        {
            return (await log.GetAsync(new StreamMsgGetRequest { Seq = position }, stopping)).Message;
        }
        catch (NatsJSApiException gone) when (gone.Error.Code == 404)
        {
            return null;
        }
    }
}
