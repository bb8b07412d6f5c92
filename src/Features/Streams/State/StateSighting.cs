using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hobom.Slices.Streams;

/// <summary>What a watcher is told after a look at a state.</summary>
public abstract record StateNews
{
    StateNews()
    {
    }

    public sealed record Nothing : StateNews;

    public sealed record Changed : StateNews;

    /// <param name="Missed">Changes that were not shown one by one; null where nobody knows, for what counted them is gone.</param>
    public sealed record ChangedAfterGap(long? Missed) : StateNews;
}

/// <summary>A state as it was seen once.</summary>
/// <param name="Epoch">Another one: Redis has lost what it had, the count of changes with it.</param>
/// <param name="Number">How often the router and people have changed it; each change counts one.</param>
/// <param name="Digest">Of the fields: other programs change them without counting.</param>
public sealed record StateSighting(string Epoch, long Number, string Digest)
{
    /// <summary>As the id of a server-sent event: a contract with those who come back.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Epoch}.{Number}.{Digest}");

    public static StateSighting Of(string epoch, long number, string json) =>
        new(epoch, number, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)))[..16]);

    /// <returns>Null where it is no id of this kind.</returns>
    public static StateSighting? Parse(string? id) =>
        id?.Split('.') is [var epoch, var number, { Length: 16 } digest]
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? new StateSighting(epoch, count, digest)
            : null;

    /// <param name="last">What the watcher has seen last; null for one who has seen nothing.</param>
    public StateNews Since(StateSighting? last) =>
        last is null ? new StateNews.Changed()
        : last == this ? new StateNews.Nothing()
        : last.Epoch != Epoch || last.Number > Number ? new StateNews.ChangedAfterGap(null)
        : Number - last.Number > 1 ? new StateNews.ChangedAfterGap(Number - last.Number - 1)
        : Number == last.Number && Digest == last.Digest ? new StateNews.Nothing()
        : new StateNews.Changed();
}
