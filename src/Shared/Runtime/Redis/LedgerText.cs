using System.Globalization;
using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>
/// A ledger entry as it is stored: <c>1 published 1731000000000 2</c>, that is version, state, since (unix time, ms)
/// and unknowns. A contract with entries that an older or newer build has written.
/// </summary>
public static class LedgerText
{
    const string Version = "1";
    const string Begun = "begun";
    const string Published = "published";

    public static string Format(LedgerEntry entry)
    {
        var state = entry.State == LedgerState.Published ? Published : Begun;
        return $"{Version} {state} {entry.Since.ToUnixTimeMilliseconds()} {entry.Unknowns}";
    }

    /// <returns>Null where the text is of another version, or no entry at all.</returns>
    public static LedgerEntry? Parse(string text)
    {
        if (text.Split(' ') is not [Version, Begun or Published, var since, var unknowns]) return null;
        if (!long.TryParse(since, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ms)) return null;
        if (!int.TryParse(unknowns, NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return null;
        if (ms < DateTimeOffset.MinValue.ToUnixTimeMilliseconds()) return null;
        if (ms > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()) return null;
        var state = text.StartsWith($"{Version} {Published} ", StringComparison.Ordinal)
            ? LedgerState.Published
            : LedgerState.Begun;
        return new LedgerEntry(state, DateTimeOffset.FromUnixTimeMilliseconds(ms), count);
    }
}
