using System.Diagnostics;
using Hobom.Slices.Runtime.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Streams;

/// <summary>Tells of loss and trouble of one part: in the log, in its progress, and as numbers.</summary>
sealed class ShardAlarms(ShardStream shard, ShardProgress progress, RouterParts parts)
{
    const string Unread = "unread";
    const string Unacknowledged = "delivered and not acknowledged";

    /// <summary>Tells what was gone, and remembers what was seen.</summary>
    public void Note(EntriesRead read)
    {
        if (read.LostUnread > 0) TellOfLoss(read.LostUnread, shard.Part is StreamPart.Slice ? Unacknowledged : Unread);
        if (read.Gap is { } gap) TellOfGap(gap);
        progress.Seen = read.Seen;
    }

    public void TellOfGap(StreamGap gap)
    {
        switch (gap)
        {
            case StreamGap.Group:
                Tell("group",
                    "the consumer group was lost and is made again from the stream's beginning; what was applied is not applied again");
                break;
            case StreamGap.Stream(var before):
                Tell("stream", $"the stream was lost{WordsOf(before)}");
                Count(before);
                break;
            case StreamGap.All(var before):
                Tell("stream", $"the stream was lost with all that Redis had{WordsOf(before)}");
                Count(before);
                break;
            default:
                throw new UnreachableException();
        }

        void Tell(string what, string alarm)
        {
            parts.Meter.Gap(shard.Key, what);
            Alarm(alarm);
            progress.Update(s => s with { Gaps = s.Gaps + 1 });
        }

        void Count(StreamSeen before)
        {
            if (before.Unread > 0) parts.Meter.Lost(shard.Key, before.Unread.Value, Unread);
            if (before.Pending > 0) parts.Meter.Lost(shard.Key, before.Pending, Unacknowledged);
            progress.Update(s => s with { LostEntries = s.LostEntries + before.Open });
        }
    }

    /// <param name="entries">That were delivered and not acknowledged.</param>
    public void TellOfLoss(long entries) => TellOfLoss(entries, Unacknowledged);

    public void Tell(ShardProblem trouble)
    {
        var words = trouble is ShardProblem.Away(var failure) ? failure.Message : "the consumer group is gone";
        if (progress.Status.Problem != words)
            parts.Log.LogWarning(LogEvents.Named("streams.trouble"), "{Stream}: {Problem}", shard.Name, words);
        progress.Update(s => s with { Problem = words, ProblemSince = s.ProblemSince ?? parts.Clock.GetUtcNow() });
    }

    void TellOfLoss(long entries, string how)
    {
        parts.Meter.Lost(shard.Key, entries, how);
        Alarm($"{entries} entries were removed by others, {how}");
        progress.Update(s => s with { LostEntries = s.LostEntries + entries });
    }

    void Alarm(string alarm)
    {
        parts.Log.LogError(LogEvents.Named("streams.alarm"), "{Stream}: {Alarm}", shard.Name, alarm);
        progress.Update(s => s with { Alarm = alarm, AlarmAt = parts.Clock.GetUtcNow() });
    }

    static string WordsOf(StreamSeen before)
    {
        var unread = before.Unread is { } known ? $"{known}" : "nobody knows how many";
        return $": when it was last looked at, its youngest entry was {before.Youngest}, {unread} were unread and {before.Pending} "
            + "delivered and not acknowledged";
    }
}
