using System.Text.Json;
using System.Text.Json.Serialization;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>A replay from the store as callers write it.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
sealed record ReplayBody
{
    const int IdLimit = 1000;

    static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public string Consumer { get; init; } = "";

    public string? Pattern { get; init; }

    public string? Status { get; init; }

    public string? Source { get; init; }

    public IReadOnlyList<string>? Ids { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    public bool OnlyDead { get; init; }

    public int Rate { get; init; } = 100;

    public static async Task<Either<BodyFault, StoreReplay>> ReadAsync(
        Stream body, bool allowManySegments, string by, DateTimeOffset now, CancellationToken ct)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<ReplayBody>(body, Json, ct) is { } read
                ? read.Check(allowManySegments, by, now)
                : new BodyFault("a replay is a JSON object", null);
        }
        catch (JsonException notJson)
        {
            return new BodyFault(notJson.Message, notJson.Path);
        }
    }

    Either<BodyFault, StoreReplay> Check(bool allowManySegments, string by, DateTimeOffset now)
    {
        if (Consumer.Length == 0) return new BodyFault("consumer is required", "consumer");
        if (Rate is < 1 or > StoreReplay.RateLimit) return new BodyFault($"rate is 1 to {StoreReplay.RateLimit} events a second", "rate");
        if (Ids is { Count: 0 or > IdLimit }) return new BodyFault($"ids are 1 to {IdLimit}", "ids");
        EventPattern? pattern = null;
        if (Pattern is { } text && !EventPattern.Parse(text, allowManySegments).TryGetRight(out pattern, out var fault))
            return new BodyFault(fault is PatternFault.Empty ? "pattern cannot be empty" : $"pattern: {fault}", "pattern");
        var status = Enum.GetValues<EventStatus>().Cast<EventStatus?>().FirstOrDefault(s => s!.Value.Word() == Status);
        if (Status is not null && status is null)
            return new BodyFault($"status '{Status}' is none of pending, processing, completed, failed, expired", "status");
        return new StoreReplay(
            Guid.CreateVersion7().ToString("N"), by, now,
            new ReplayChoice(pattern, status, Source, Ids, StartTime, EndTime, OnlyDead), Consumer, Rate, 0, 0,
            StoreReplayState.Planned, 0, 0, 0, now, null, null, null);
    }
}
