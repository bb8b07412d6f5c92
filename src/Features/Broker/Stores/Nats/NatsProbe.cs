using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace Hobom.Slices.Broker.Stores.Nats;

/// <summary>Whether a NATS server can hold a journal. Nothing is made in it.</summary>
static class NatsProbe
{
    /// <summary>Less is no room for events.</summary>
    const int LeastPayload = 64 * 1024;

    /// <summary>JetStream's word for a stream that is not there.</summary>
    const int NoStream = 10059;

    static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <returns>What is wrong, for people; null where nothing is.</returns>
    public static async Task<string?> AskAsync(string url, string stream, CancellationToken stopping)
    {
        try
        {
            await using var connection = new NatsConnection(
                new NatsOpts { Url = url, ConnectTimeout = Limit, CommandTimeout = Limit, RequestTimeout = Limit });
            await connection.ConnectAsync();
            var js = new NatsJSContext(connection);
            await js.GetAccountInfoAsync(stopping);
            if (connection.ServerInfo is { MaxPayload: > 0 and < LeastPayload and var most })
                return $"the server takes {most} bytes in a message (max_payload), and {LeastPayload} are required";
            return OfStream((await js.GetStreamAsync(stream, cancellationToken: stopping)).Info.Config, stream);
        }
        catch (NatsJSApiException missing) when (missing.Error.ErrCode == NoStream)
        {
            // It is made when the store is opened.
            return null;
        }
        catch (NatsJSApiException refused)
        {
            return $"JetStream: {refused.Error.Description}";
        }
        catch (NatsNoRespondersException)
        {
            return "the server has no JetStream, or not for this account";
        }
        catch (Exception away) when (away is NatsException or OperationCanceledException or TimeoutException or UriFormatException
            or System.Net.Sockets.SocketException)
        {
            return $"NATS: {away.Message}";
        }
    }

    static string? OfStream(StreamConfig config, string stream)
    {
        string[] missing = [.. new[] { $"{NatsSubjects.Prefix}.>", NatsSubjects.CommandsOf(stream) }.Except(config.Subjects ?? [])];
        return missing.Length > 0 ? $"stream {stream} does not have the subjects {string.Join(", ", missing)}: it is another program's"
            : config.Retention is not StreamConfigRetention.Limits ? $"stream {stream} drops what was read: its retention must be limits"
            : config.MaxAge > TimeSpan.Zero || config.MaxMsgs > 0 || config.MaxBytes > 0 || config.MaxMsgsPerSubject > 0
                ? $"stream {stream} has a limit of age, messages or bytes: what it drops the broker loses"
            : null;
    }
}
