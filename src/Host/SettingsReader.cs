using System.Globalization;
using System.Net;
using Hobom.Slices.Core;

namespace Hobom.Slices.Host;

/// <summary>Reads variables one by one and keeps every problem, each with its variable's name.</summary>
sealed class SettingsReader(IReadOnlyDictionary<string, string> environment)
{
    readonly List<string> problems = [];

    public IReadOnlyList<string> Problems => problems;

    public void Add(string problem) => problems.Add(problem);

    public string? Optional(string name) =>
        environment.TryGetValue(name, out var value) && value.Trim().Length > 0 ? value.Trim() : null;

    public string Required(string name)
    {
        var value = Optional(name);
        if (value is null) problems.Add($"{name} is not set");
        return value ?? "";
    }

    public string? Address(string name, bool required)
    {
        var value = required ? Required(name) : Optional(name);
        if (string.IsNullOrEmpty(value)) return null;
        if (SplitAddress(value) is { Host.Length: > 0 }) return value;
        problems.Add($"{name} is '{value}': expected host:port, such as localhost:50051");
        return null;
    }

    /// <summary>Where to listen: <c>:8082</c> on all interfaces, or <c>127.0.0.1:8082</c>.</summary>
    public ListenAddress Listen(string name, ListenAddress otherwise)
    {
        if (Optional(name) is not { } value) return otherwise;
        if (SplitAddress(value) is not var (host, port)) return Refuse();
        if (host.Length == 0 || host is "*" or "0.0.0.0" or "::") return new ListenAddress(null, port);
        if (host is "localhost") return new ListenAddress(IPAddress.Loopback, port);
        return IPAddress.TryParse(host, out var address) ? new ListenAddress(address, port) : Refuse();

        ListenAddress Refuse()
        {
            problems.Add($"{name} is '{value}': expected :port or an address to listen at, such as 127.0.0.1:8082");
            return otherwise;
        }
    }

    /// <summary><c>5s</c>, <c>500ms</c>, <c>2m</c>, or a number of seconds.</summary>
    public TimeSpan Duration(string name, TimeSpan otherwise, TimeSpan least, TimeSpan most)
    {
        if (Optional(name) is not { } value) return otherwise;
        if (Durations.Parse(value) is { } duration && duration >= least && duration <= most) return duration;
        problems.Add($"{name} is '{value}': expected a duration such as 5s or 500ms, from {Durations.Format(least)} to {Durations.Format(most)}");
        return otherwise;
    }

    public int Whole(string name, int otherwise, int least, int most)
    {
        if (Optional(name) is not { } value) return otherwise;
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        problems.Add($"{name} is '{value}': expected a whole number from {least} to {most}");
        return otherwise;
    }

    /// <summary><c>true</c> or <c>false</c>; false where it is not set.</summary>
    public bool Flag(string name)
    {
        var value = Optional(name);
        if (value is not (null or "true" or "false")) problems.Add($"{name} is '{value}': expected true or false");
        return value is "true";
    }

    static (string Host, int Port)? SplitAddress(string value)
    {
        var colon = value.LastIndexOf(':');
        if (colon < 0
            || !int.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > 65535)
            return null;
        var host = value[..colon];
        if (host.StartsWith('[') && host.EndsWith(']')) return (host[1..^1], port);
        return host.Any(c => char.IsWhiteSpace(c) || c is '/' or ':' or '@' or ',') ? null : (host, port);
    }
}

/// <param name="Address">Null for all interfaces.</param>
public sealed record ListenAddress(IPAddress? Address, int Port)
{
    public bool IsLoopback => Address is not null && IPAddress.IsLoopback(Address);
}
