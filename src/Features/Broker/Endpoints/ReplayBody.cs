using System.Text.Json.Serialization;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>A replay from the store as callers write it.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
sealed record ReplayBody
{
    const int IdLimit = 1000;

    public string? Consumer { get; init; }

    public string? Pattern { get; init; }

    public string? Status { get; init; }

    public string? Source { get; init; }

    public IReadOnlyList<string?>? Ids { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    public bool OnlyDead { get; init; }

    public int Rate { get; init; } = 100;

    public static async Task<Either<BodyFault, StoreReplay>> ReadAsync(
        Stream body, bool allowManySegments, string by, DateTimeOffset now, CancellationToken ct) =>
        (await JsonBody.ReadAsync<ReplayBody>(body, "a replay", ct)).Bind(read => read.Check(allowManySegments, by, now));

    Either<BodyFault, StoreReplay> Check(bool allowManySegments, string by, DateTimeOffset now)
    {
        if (Consumer is not { Length: > 0 } consumer) return new BodyFault("consumer is required", "consumer");
        if (Rate is < 1 or > StoreReplay.RateLimit) return new BodyFault($"rate is 1 to {StoreReplay.RateLimit} events a second", "rate");
        string[]? ids = Ids is null ? null : [.. Ids.OfType<string>()];
        if (ids is { Length: 0 or > IdLimit } || ids?.Length < Ids?.Count)
            return new BodyFault($"ids are 1 to {IdLimit}, each a text", "ids");
        EventPattern? pattern = null;
        if (Pattern is { } text && !EventPattern.Parse(text, allowManySegments).TryGetRight(out pattern, out var fault))
            return new BodyFault(fault is PatternFault.Empty ? "pattern cannot be empty" : $"pattern: {fault}", "pattern");
        var status = Enum.GetValues<EventStatus>().Cast<EventStatus?>().FirstOrDefault(s => s!.Value.Word() == Status);
        if (Status is not null && status is null)
            return new BodyFault($"status '{Status}' is none of pending, processing, completed, failed, expired", "status");
        return new StoreReplay(
            Guid.CreateVersion7().ToString("N"), by, now,
            new ReplayChoice(pattern, status, Source, ids, StartTime, EndTime, OnlyDead), consumer, Rate, 0, 0,
            StoreReplayState.Planned, 0, 0, 0, now, null, null, null);
    }
}
