using System.Security.Cryptography;
using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;

namespace Hobom.Slices.DeadLetters.Catalogue;

/// <summary>What letters have in common that failed for one cause.</summary>
/// <param name="GroupId">Stays the same through restarts, for it is made of the rest.</param>
/// <param name="Text">The error with what differs taken out.</param>
public sealed record LetterCause(string GroupId, Category Category, string Stage, FailureClass? Class, string Text)
{
    /// <summary>What failed, in a word of the flow's own; null where it has none.</summary>
    public string? Kind { get; init; }

    public static LetterCause Of(Category category, LetterSummary summary)
    {
        var text = CauseFingerprint.Of(summary.Unreadable ?? summary.Reason);
        var kind = summary.Kind is { } word ? $"\n{word}" : "";
        var all = Encoding.UTF8.GetBytes($"{category.Name}\n{summary.Stage}\n{summary.Class}\n{text}{kind}");
        var id = Convert.ToHexStringLower(SHA256.HashData(all).AsSpan(0, 8));
        return new LetterCause(id, category, summary.Stage, summary.Class, text) { Kind = summary.Kind };
    }
}

/// <summary>Letters of one cause.</summary>
/// <param name="FirstSeen">The first failure of any of them; <paramref name="LastSeen"/> the last.</param>
/// <param name="SoonestExpiry">Null where all are held.</param>
/// <param name="Sample">The key of the newest.</param>
/// <param name="LastHour">Letters that first failed within the last hour; <paramref name="HourBefore"/>: in the one before.</param>
public sealed record LetterGroup(
    LetterCause Cause, int Count, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, DateTimeOffset? SoonestExpiry, DeadLetterKey Sample,
    int LastHour, int HourBefore);
