using System.Globalization;
using System.Net.Http.Headers;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>Metadata as HTTP/2 headers, and the protocol's own headers beside it.</summary>
internal static class HeaderMetadata
{
    private static readonly string UserAgent =
        $"grpc-dotnet-standin/1.0 (.NET {Environment.Version})";

    public static void WriteProtocol(HttpRequestHeaders headers, TimeSpan? timeout)
    {
        headers.TryAddWithoutValidation("te", "trailers");
        headers.TryAddWithoutValidation("user-agent", UserAgent);
        headers.TryAddWithoutValidation("grpc-accept-encoding", "identity");
        if (timeout is { } left)
            headers.TryAddWithoutValidation("grpc-timeout", Timeout(left));
    }

    /// <exception cref="RpcException">A value that no header can carry; the text names the key, never the value.</exception>
    public static void Write(HttpRequestHeaders headers, Metadata metadata)
    {
        foreach (var entry in metadata)
        {
            var value = entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes) : entry.Value;
            if (value.AsSpan().ContainsAnyExceptInRange(' ', '~') || !headers.TryAddWithoutValidation(entry.Key, value))
                throw new RpcException(new Status(StatusCode.Internal, $"Metadata '{entry.Key}' cannot be sent as a header."));
        }
    }

    /// <summary>All but the protocol's own headers. An entry that is no metadata (its key, its base64) is left out.</summary>
    public static Metadata Read(HttpHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated)
        {
            var key = name.ToLowerInvariant();
            if (key is "grpc-status" or "grpc-message" or "grpc-encoding" or "grpc-accept-encoding")
                continue;
            foreach (var value in values)
                Add(metadata, key, value);
        }

        return metadata;
    }

    /// <summary>A header's first value, or null.</summary>
    public static string? Text(HttpHeaders headers, string name)
    {
        if (headers.NonValidated.TryGetValues(name, out var values))
        {
            foreach (var value in values)
                return value;
        }

        return null;
    }

    private static void Add(Metadata metadata, string key, string value)
    {
        try
        {
            if (!key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal))
            {
                metadata.Add(key, value);
                return;
            }

            // One header line may hold several binary values, and their base64 may lack its padding.
            foreach (var part in value.Split(',', StringSplitOptions.TrimEntries))
                metadata.Add(key, Convert.FromBase64String(part.PadRight((part.Length + 3) / 4 * 4, '=')));
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            // What nobody can read is no reason to fail a call that succeeded.
        }
    }

    // At most eight digits and a unit; rounded up, so that the server does not give up before the caller.
    private static string Timeout(TimeSpan left)
    {
        const long EightDigits = 99_999_999;
        var (amount, unit) = Math.Ceiling(left.TotalMilliseconds) is var milliseconds and <= EightDigits
            ? (milliseconds, 'm')
            : Math.Ceiling(left.TotalSeconds) is var seconds and <= EightDigits
                ? (seconds, 'S')
                : (Math.Ceiling(left.TotalHours), 'H');
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, amount):F0}{unit}");
    }
}
