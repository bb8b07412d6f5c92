using System.Globalization;
using System.Net;
using LanguageExt;

namespace Hobom.Slices.Core;

/// <summary>Why a text is no host and port. The message never repeats the text: it may be a secret.</summary>
public sealed record HostPortFault(string Message)
{
    public override string ToString() => Message;
}

/// <summary>Where a server is. What every setting with an address is read by, so that all understand the same.</summary>
/// <param name="Host">A name, an IPv4 address, or an IPv6 address without its brackets.</param>
/// <param name="Port">1 to 65535.</param>
public sealed record HostPort(string Host, int Port)
{
    const int NameLimit = 253;
    const int LabelLimit = 63;

    /// <summary>
    /// <c>name:port</c>, <c>10.0.0.1:port</c> or <c>[::1]:port</c>, and nothing beside it. What clients would read as
    /// another address (<c>1:80</c>, <c>0x7f.1:80</c>, <c>010.0.0.1:80</c>, <c>host?x:80</c>) is refused.
    /// </summary>
    public static Either<HostPortFault, HostPort> Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0) return new HostPortFault("expected host:port");
        if (PortOf(text[(colon + 1)..]) is not { } port) return new HostPortFault("expected host:port, the port a number from 1 to 65535");
        var host = text[..colon];
        if (host.Length == 0) return new HostPortFault("expected host:port, the host is missing");
        if (host is ['[', .. var inner, ']'] && IsIPv6(inner)) return new HostPort(inner, port);
        if (host.AsSpan().ContainsAny('[', ']')) return new HostPortFault("expected host:port, no IPv6 address stands in the brackets");
        if (host.Contains("//", StringComparison.Ordinal)) return new HostPortFault("expected host:port, not a URL");
        if (host.Contains(':', StringComparison.Ordinal))
            return new HostPortFault("expected host:port, an IPv6 address in brackets, such as [::1]:80");
        return IsNameOrIPv4(host) ? new HostPort(host, port)
            : new HostPortFault("expected host:port, the host a name of letters, digits, '-', '_' and '.', or an address");
    }

    /// <summary>1 to 65535 in plain digits, or null.</summary>
    public static int? PortOf(string text) =>
        text.Length <= 5 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
            ? port
            : null;

    /// <summary>As <see cref="Parse"/> reads it, and as it stands in a URL.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    static bool IsIPv6(string text) =>
        text.Contains(':', StringComparison.Ordinal) && text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.')
        && IPAddress.TryParse(text, out _);

    static bool IsNameOrIPv4(string host)
    {
        // The dot at the end of a complete name is no label of its own.
        var labels = (host.EndsWith('.') ? host[..^1] : host).Split('.');
        if (host.Length > NameLimit || !labels.All(IsLabel)) return false;
        // Some names with '_' after a number (9._d) cannot be dialled: no URL can be made of them here.
        if (!Uri.TryCreate($"http://{host}/", UriKind.Absolute, out _)) return false;
        return !IsNumber(labels[^1]) || !host.EndsWith('.') && labels.Length == 4 && labels.All(IsOctet);
    }

    static bool IsLabel(string label) =>
        label.Length is >= 1 and <= LabelLimit && label[0] != '-' && label[^1] != '-'
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>A name's last label is never a number, in no notation: it would be read as part of an address.</summary>
    static bool IsNumber(string label) =>
        label.All(char.IsAsciiDigit)
        || label is ['0', 'x' or 'X', .. var hex] && hex.All(char.IsAsciiHexDigit);

    static bool IsOctet(string label) =>
        (label is "0" || label[0] != '0') && byte.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
