using System.Text;
using FsCheck.Xunit;
using Hobom.Slices.Audit;
using Hobom.Slices.Runtime.Redis;

namespace Hobom.Slices.Tests.Fast.Shared.Audit;

public sealed class AuditChainTests
{
    [Property]
    public void What_was_only_appended_to_is_intact_and_what_was_trimmed_is_told(byte count, byte trimmed)
    {
        var all = EntriesOf(count);
        var kept = all.Skip(Math.Min((int)trimmed, count)).ToList();
        var check = Walk(kept, kept.Count == 0 ? null : kept[^1].Hash);
        Assert.Null(check.Fault);
        Assert.Equal((kept.Count, 0), (check.Checked, check.Unchained));
        Assert.Equal(kept.Count is 0 || kept.Count == all.Count ? null : all[all.Count - kept.Count - 1].Hash, check.Before);
    }

    [Property]
    public void Whatever_is_changed_put_in_or_taken_out_is_found(byte count, byte place, byte way)
    {
        var all = EntriesOf(count + 3);
        var at = 1 + (place % (all.Count - 2));
        List<ChainedEntry> tampered = [.. all];
        switch (way % 6)
        {
            case 0:
                tampered[at] = all[at] with { Text = [.. all[at].Text, (byte)' '] };
                break;
            case 1:
                // Its own hash is made anew; the next one's is not.
                var text = "other"u8.ToArray();
                tampered[at] = all[at] with { Text = text, Hash = AuditChain.HashOf(all[at].Previous!, text) };
                break;
            case 2:
                tampered.RemoveAt(at);
                break;
            case 3:
                tampered.Insert(at, all[at - 1]);
                break;
            case 4:
                tampered[at] = all[at] with { Previous = null, Hash = null };
                break;
            default:
                tampered.RemoveRange(at, tampered.Count - at);
                break;
        }

        Assert.NotNull(Walk(tampered, all[^1].Hash).Fault);
    }

    [Fact]
    public void Entries_from_before_the_chain_are_counted_and_belong_before_it()
    {
        ChainedEntry[] old = [new(new StreamCursor(1, 0), "a"u8.ToArray(), null, null), new(new StreamCursor(1, 1), "b"u8.ToArray(), null, null)];
        var chained = EntriesOf(2);
        var check = Walk([.. old, .. chained], chained[^1].Hash);
        Assert.Equal((2, 2, null), (check.Checked, check.Unchained, check.Fault));
        Assert.Equal("it has no hash, and is not from before the chain", Walk([.. chained, old[0]], chained[^1].Hash).Fault?.Reason);
        Assert.Null(Walk(old, null).Fault);
    }

    [Fact]
    public void A_head_that_was_lost_is_told_and_so_is_a_chain_that_began_anew()
    {
        var entries = EntriesOf(2);
        Assert.Equal("the newest hash is not kept any more", Walk(entries, null).Fault?.Reason);
        Assert.Equal("the newest entries were taken out", Walk([], entries[1].Hash).Fault?.Reason);
        Assert.Equal("the chain begins anew after it", Walk([.. entries, .. EntriesOf(1)], EntriesOf(1)[0].Hash).Fault?.Reason);
    }

    static AuditCheck Walk(IReadOnlyList<ChainedEntry> oldestFirst, string? head)
    {
        var chain = new AuditChain(head);
        foreach (var entry in oldestFirst.Reverse()) chain.Add(entry);
        return chain.End();
    }

    static List<ChainedEntry> EntriesOf(int count)
    {
        var entries = new List<ChainedEntry>();
        for (var n = 0; n < count; n++)
        {
            var (previous, text) = (n == 0 ? AuditChain.Start : entries[^1].Hash!, Encoding.UTF8.GetBytes($"entry {n}"));
            entries.Add(new ChainedEntry(new StreamCursor((ulong)n, 0), text, previous, AuditChain.HashOf(previous, text)));
        }

        return entries;
    }
}
