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

    /// <summary>What is sent in a header: null where it is not set, or where no header can hold it.</summary>
    public string? Key(string name)
    {
        if (Optional(name) is not { } value) return null;
        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~')) problems.Add($"{name} has a character that no header can hold");
        return value;
    }

    public string RequiredKey(string name) => Key(name) ?? Required(name);

    public string? Address(string name, bool required)
    {
        var value = required ? Required(name) : Optional(name);
        if (string.IsNullOrEmpty(value)) return null;
        if (HostPort.Parse(value).TryGetRight(out var address, out var fault)) return address.ToString();
        problems.Add($"{name}: {fault}");
        return null;
    }

    /// <summary>Where to listen: <c>:8082</c> on all interfaces, or <c>127.0.0.1:8082</c>, or <c>[::1]:8082</c>.</summary>
    public ListenAddress Listen(string name, ListenAddress otherwise)
    {
        if (Optional(name) is not { } value) return otherwise;
        var everywhere = value.StartsWith("*:", StringComparison.Ordinal) ? value[2..] : value[0] == ':' ? value[1..] : null;
        if (everywhere is not null && HostPort.PortOf(everywhere) is { } open) return new ListenAddress(null, open);
        if (everywhere is null && HostPort.Parse(value).TryGetRight(out var at, out _))
        {
            if (at.Host is "0.0.0.0" or "::") return new ListenAddress(null, at.Port);
            if (at.Host is "localhost") return new ListenAddress(IPAddress.Loopback, at.Port);
            if (IPAddress.TryParse(at.Host, out var address)) return new ListenAddress(address, at.Port);
        }

        problems.Add($"{name}: expected :port, or an address of this machine with a port, such as 127.0.0.1:8082 or [::1]:8082");
        return otherwise;
    }

    /// <summary><c>5s</c>, <c>500ms</c>, <c>2m</c>, or a number of seconds.</summary>
    public TimeSpan Duration(string name, TimeSpan otherwise, TimeSpan least, TimeSpan most)
    {
        if (Optional(name) is not { } value) return otherwise;
        if (Durations.Parse(value) is { } duration && duration >= least && duration <= most) return duration;
        problems.Add(
            $"{name} is '{value}': expected a duration such as 5s or 500ms, from {Durations.Format(least)} to {Durations.Format(most)}");
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
}

/// <param name="Address">Null for all interfaces.</param>
public sealed record ListenAddress(IPAddress? Address, int Port);
