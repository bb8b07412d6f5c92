using System.Globalization;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Polling;

/// <summary>Who paused a poller, and when. The text form is stored.</summary>
public sealed record PauseNote(string By, DateTimeOffset Since)
{
    public string Format() => $"{Since.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)} {By}";

    /// <summary>What cannot be read is a pause all the same: somebody meant one.</summary>
    public static PauseNote Parse(string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return space > 0
            && long.TryParse(text.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                ? new PauseNote(text[(space + 1)..], DateTimeOffset.FromUnixTimeMilliseconds(milliseconds))
                : new PauseNote("unknown", DateTimeOffset.UnixEpoch);
    }
}

/// <summary>The lasting memory of pauses, by poller name.</summary>
public sealed record PausePort(
    Func<Task<Either<StoreFailure, IReadOnlyDictionary<string, PauseNote>>>> Load,
    Func<string, PauseNote?, Task<Either<StoreFailure, Unit>>> Set);
