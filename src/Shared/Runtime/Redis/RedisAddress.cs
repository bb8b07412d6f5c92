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
    /// Set before the operator's options, which win. <c>resp2</c> keeps the replies of plain commands in one shape in
    /// old and new versions of the client; each version ignores the options that it does not know.
    /// </summary>
    const string OwnOptions = "protocol=resp2,asyncTimeout=2000,connectTimeout=2000,connectRetry=1";

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

    public override string ToString() => Host;

    internal ConfigurationOptions Options()
    {
        var options = ConfigurationOptions.Parse($"{OwnOptions},{text}", ignoreUnknown: true);
        options.AbortOnConnectFail = false;
        options.ReconnectRetryPolicy = new LinearRetry(200);
        return options;
    }

    static RedisAddressFault Fault(string what) => new($"{Variable}: {what}");

    static bool IsHostAndPort(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 1 || text.Contains('=', StringComparison.Ordinal) || text.Any(char.IsWhiteSpace)) return false;
        var bareIpV6 = text.IndexOf(':', StringComparison.Ordinal) < colon && !text.StartsWith('[');
        return !bareIpV6
            && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and <= ushort.MaxValue;
    }

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
            return option.StartsWith("user=", StringComparison.OrdinalIgnoreCase)
                ? "is 'user', which this build's Redis client cannot send: it needs StackExchange.Redis 2 or later"
                : "is unknown to the Redis client, or its value is";
        }
    }
}
