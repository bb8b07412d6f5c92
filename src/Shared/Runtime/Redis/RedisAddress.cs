using System.Diagnostics;
using System.Globalization;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>What is wrong with the Redis setting. The message names the variable and never repeats what follows the host.</summary>
public sealed record RedisAddressFault(string Message);

/// <summary>Where Redis is, and how to speak with it.</summary>
public sealed class RedisAddress
{
    public const string Variable = "HOBOM_REDIS_ADDR";

    /// <summary>
    /// Set before the operator's options, which win. <c>resp2</c> keeps the replies of plain commands in one shape, whatever
    /// Redis it is.
    /// </summary>
    const string OwnOptions = "protocol=resp2,asyncTimeout=2000,syncTimeout=2000,connectTimeout=1500,connectRetry=1";

    readonly string text;

    RedisAddress(string host, string text)
    {
        Host = host;
        this.text = text;
    }

    /// <summary><c>host:port</c>, safe to show.</summary>
    public string Host { get; }

    /// <param name="text"><c>host:port</c>, then the client's own options: <c>redis:6379,password=…,ssl=true</c>.</param>
    public static Either<RedisAddressFault, RedisAddress> Parse(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        if (parts[0].Contains("//", StringComparison.Ordinal))
            return Fault("expected host:port, not a URL");
        if (!IsHostAndPort(parts[0]))
            return Fault("expected host:port, with options after a comma if there are any");
        for (var i = 1; i < parts.Length; i++)
            if (OptionFault(parts[i]) is { } fault)
                return Fault($"option {i} after the host {fault}");
        return new RedisAddress(parts[0], text);
    }

    /// <summary>The connection is encrypted.</summary>
    public bool UsesTls => Options().Ssl;

    public override string ToString() => Host;

    internal ConfigurationOptions Options()
    {
        var options = ConfigurationOptions.Parse($"{OwnOptions},{text}", ignoreUnknown: true);
        // Only a connection that was given up tells why Redis refused it.
        options.AbortOnConnectFail = true;
        // What is given up after its time limit must not be sent when the connection is back.
        options.BacklogPolicy = BacklogPolicy.FailFast;
        // The client's word for INFO.
        options.AllowAdmin = true;
        options.ReconnectRetryPolicy = new LinearRetry(200);
        return options;
    }

    static RedisAddressFault Fault(string what) => new($"{Variable}: {what}");

    static bool IsHostAndPort(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && IsHost(text[..colon])
            && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and <= ushort.MaxValue;
    }

    /// <summary>A name, an IPv4 address, or an IPv6 address in brackets.</summary>
    static bool IsHost(string text) => Uri.CheckHostName(text) switch
    {
        UriHostNameType.Dns or UriHostNameType.IPv4 => true,
        UriHostNameType.IPv6 => text.StartsWith('['),
        UriHostNameType.Unknown or UriHostNameType.Basic => false,
        var other => throw new UnreachableException($"{other}"),
    };

    /// <summary>The client's own complaint may quote a secret, so it is replaced.</summary>
    static string? OptionFault(string option)
    {
        if (!option.Contains('=', StringComparison.Ordinal))
            return "is not name=value (a password cannot hold a comma here)";
        try
        {
            ConfigurationOptions.Parse(option);
            return null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            return "is unknown to the Redis client, or its value is";
        }
    }
}
