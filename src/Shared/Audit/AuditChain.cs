using System.Security.Cryptography;
using System.Text;
using Hobom.Slices.Runtime.Redis;

namespace Hobom.Slices.Audit;

/// <summary>An entry as it stands in the stream.</summary>
/// <param name="Text">Its JSON, byte for byte.</param>
/// <param name="Previous">
/// The hash of the entry before it, empty at the chain's start; null in an entry from before there was a chain.
/// </param>
/// <param name="Hash">Of both, lower-case hexadecimal; null likewise.</param>
public sealed record ChainedEntry(StreamCursor At, byte[] Text, string? Previous, string? Hash);

/// <summary>Where the chain is broken, and how.</summary>
public sealed record AuditFault(StreamCursor At, string Reason);

/// <summary>What a walk through the audit found.</summary>
/// <param name="Checked">Entries whose hash and place are right.</param>
/// <param name="Unchained">Entries from before there was a chain, of which nothing can be said.</param>
/// <param name="Head">The hash of the newest entry, to be compared with what the log says; null where there is none.</param>
/// <param name="Before">The hash of the entry before the oldest, where older ones were trimmed: the newest of the archive has it.</param>
/// <param name="Fault">The newest fault; null where there is none, and then nothing was changed, put in or taken out in between.</param>
public sealed record AuditCheck(int Checked, int Unchained, string? Head, string? Before, AuditFault? Fault);

/// <summary>
/// Each entry carries a hash of its own text and of the hash before it: none can be changed, put in or taken out without
/// changing all that came after, the newest hash too, which stands in the process's log. Walks from the newest to the oldest.
/// </summary>
/// <param name="head">The newest hash, as it was kept beside the entries before they were read.</param>
public sealed class AuditChain(string? head)
{
    public const string Start = "";

    ChainedEntry? newer;
    string? newest;
    int chained;
    int unchained;
    bool headSeen;

    public AuditFault? Fault { get; private set; }

    public static string HashOf(string previous, ReadOnlySpan<byte> text)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(previous));
        hash.AppendData(text);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The next older entry.</summary>
    public void Add(ChainedEntry entry)
    {
        if (Fault is not null) return;
        if (FaultOf(entry) is { } reason)
        {
            Fault = new AuditFault(entry.At, reason);
            return;
        }

        newest ??= entry.Hash;
        headSeen |= entry.Hash == head;
        if (entry.Hash is null) unchained++;
        else chained++;
        newer = entry;
    }

    public AuditCheck End()
    {
        var reason = head is null && chained > 0 ? "the newest hash is not kept any more"
            : head is not null && !headSeen ? "the newest entries were taken out"
            : null;
        return new AuditCheck(
            chained, unchained, newest, newer?.Previous is { Length: > 0 } before ? before : null,
            Fault ?? (reason is null ? null : new AuditFault(newer?.At ?? default, reason)));
    }

    string? FaultOf(ChainedEntry entry)
    {
        var begun = newer?.Hash is not null;
        if (entry.Hash is null)
            return begun && newer!.Previous != Start || (newer is null && head is not null)
                ? "it has no hash, and is not from before the chain"
                : null;
        if (newer is { Hash: null }) return "an entry without a hash comes after it";
        if (entry.Previous is null || HashOf(entry.Previous, entry.Text) != entry.Hash) return "its text is not what its hash was made of";
        if (!begun || newer!.Previous == entry.Hash) return null;
        return newer.Previous == Start ? "the chain begins anew after it" : "what came after it was taken out, put in or changed";
    }
}
