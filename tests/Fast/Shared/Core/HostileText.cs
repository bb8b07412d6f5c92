using FsCheck;
using FsCheck.Fluent;

namespace Hobom.Slices.Tests.Fast.Shared.Core;

/// <summary>Any text, down to lone surrogates.</summary>
public sealed record Hostile(string Text);

/// <summary>Any text that can be the id of a key: not empty, 1024 bytes at most.</summary>
public sealed record KeyId(string Text);

public sealed record CategoryName(string Text);

static class HostileText
{
    static readonly string[] Pieces =
    [
        "a", "Z", "0", ":", "::", "dlq:", "*", "?", "[", "]", "\\", "/", "%3A", "\n", "\r\n", "\0", "\u001b[31m", "\"", "'", "<", "</script>",
        "한글", "é", "🚀", "👨‍👩‍👧", "\u202e", "\u2028", "\ufeff", "\ud800", "\udc00", " ", "\t", "GMT", "2026-03-05", "T12:00:00", "Z", "+09:00", "1e999",
        "5s", "NaN", "-Infinity", "{", "}", "null",
    ];

    public static Arbitrary<Hostile> Texts() => Any.Select(text => new Hostile(text)).ToArbitrary();

    public static Arbitrary<KeyId> KeyIds() =>
        Any.Where(text => text.Length is > 0 and < 300).Select(text => new KeyId(text)).ToArbitrary();

    public static Arbitrary<CategoryName> CategoryNames() =>
        Gen.Elements("menu", "log", "space", "space-log", "law", "a", "a-2").Select(name => new CategoryName(name)).ToArbitrary();

    static Gen<string> Any =>
        Gen.OneOf(
            Gen.Elements(Pieces).ListOf().Select(string.Concat),
            Gen.Choose(0, 0xffff).Select(code => (char)code).ArrayOf().Select(chars => new string(chars)));
}
