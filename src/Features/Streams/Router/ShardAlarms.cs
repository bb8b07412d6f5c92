using Hobom.Slices.Runtime.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Streams;

/// <summary>Tells of loss and trouble of one part: in the log, in its progress, and as numbers.</summary>
sealed class ShardAlarms(ShardStream shard, ShardProgress progress, RouterParts parts)
{
    /// <param name="group">As it was found.</param>
    public void TellOfGap(GroupFound group)
    {
        if ((group.LastApplied ?? progress.Status.LastApplied) is not { } last) return;
        var what = group.LastGenerated < last ? "stream" : "group";
        var alarm = what == "stream"
            ? $"the stream was lost: {last} was applied from it and its youngest entry is {group.LastGenerated} now"
            : "the consumer group was lost and is made again from the stream's beginning; what was applied is not applied again";
        parts.Meter.Gap(shard.Key, what);
        parts.Log.LogError(LogEvents.Named("streams.alarm"), "{Stream}: {Alarm}", shard.Name, alarm);
        progress.Update(s => s with { Gaps = s.Gaps + 1, Alarm = alarm, AlarmAt = parts.Clock.GetUtcNow() });
    }

    public void TellOfLoss(long entries, string how)
    {
        var alarm = $"{entries} entries were removed by others, {how}";
        parts.Meter.Lost(shard.Key, entries, how);
        parts.Log.LogError(LogEvents.Named("streams.alarm"), "{Stream}: {Alarm}", shard.Name, alarm);
        progress.Update(s => s with { LostEntries = s.LostEntries + entries, Alarm = alarm, AlarmAt = parts.Clock.GetUtcNow() });
    }

    public void Tell(ShardProblem trouble)
    {
        var words = trouble is ShardProblem.Away(var failure) ? failure.Message : "the consumer group is gone";
        if (progress.Status.Problem != words)
            parts.Log.LogWarning(LogEvents.Named("streams.trouble"), "{Stream}: {Problem}", shard.Name, words);
        progress.Update(s => s with { Problem = words, ProblemSince = s.ProblemSince ?? parts.Clock.GetUtcNow() });
    }
}
