using System.Globalization;
using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Leases;

/// <summary>
/// Into how many shards a flow is divided now, by whoever has any of it. It stands where the lease of an undivided flow would, so that
/// processes that divide it otherwise, or not at all, stand by. A contract with other builds.
/// </summary>
/// <param name="Life">
/// Of the shards' leases. It is renewed with each of them, and all are as long: so none of them outlives it.
/// </param>
public sealed record FlowDivision(ShardCount Count, TimeSpan Life)
{
    const string Word = "shards";

    /// <summary>For people.</summary>
    public string Sharers => $"processes that divide it into {Count.Value} shards";

    public string Format() =>
        string.Create(CultureInfo.InvariantCulture, $"{Word} {Count.Value} {(long)Life.TotalMilliseconds}");

    /// <returns>Null where the text is no such thing.</returns>
    public static FlowDivision? Parse(string text) =>
        text.Split(' ') is [Word, var count, var life]
        && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var shards)
        && long.TryParse(life, NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            ? new FlowDivision(new ShardCount(shards), TimeSpan.FromMilliseconds(ms))
            : null;
}
