using System.Text.Json.Serialization;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>A replay from the store.</summary>
/// <param name="Count">Events that fitted when it was planned.</param>
/// <param name="Waiting">Events that the consumer had in hand already: they stay as they are.</param>
/// <param name="Why">What holds it up, or who stopped it.</param>
public sealed record StoreReplayView(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("consumer")] string Consumer,
    [property: JsonPropertyName("pattern")] string? Pattern,
    [property: JsonPropertyName("status")] string? Status,
    [property: JsonPropertyName("source")] string? Source,
    [property: JsonPropertyName("ids")] int? Ids,
    [property: JsonPropertyName("start_time")] DateTimeOffset? From,
    [property: JsonPropertyName("end_time")] DateTimeOffset? To,
    [property: JsonPropertyName("only_dead")] bool OnlyDead,
    [property: JsonPropertyName("rate")] int Rate,
    [property: JsonPropertyName("count")] long Count,
    [property: JsonPropertyName("given")] long Given,
    [property: JsonPropertyName("waiting")] long Waiting,
    [property: JsonPropertyName("why")] string? Why,
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("created_at")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("started_at")] DateTimeOffset? StartedAt,
    [property: JsonPropertyName("ended_at")] DateTimeOffset? EndedAt)
{
    /// <summary>What holds it up is not shown.</summary>
    [JsonPropertyName("masked"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Masked { get; init; }

    /// <param name="seesAll">Without it what holds it up is left out, for that may quote what a receiver said.</param>
    public static StoreReplayView Of(StoreReplay replay, bool seesAll) => new(
        replay.Id, replay.State.ToString().ToLowerInvariant(), replay.Consumer, replay.Choice.Pattern?.Text, replay.Choice.Status?.Word(),
        replay.Choice.Source, replay.Choice.Ids?.Count, replay.Choice.From, replay.Choice.To, replay.Choice.OnlyDead, replay.Rate,
        replay.Count, replay.Given, replay.Waiting, seesAll ? replay.Why : null, replay.By, replay.CreatedAt, replay.StartedAt,
        replay.EndedAt)
    {
        Masked = !seesAll && replay.Why is not null,
    };
}
