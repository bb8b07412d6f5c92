using System.Text.Json;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>What <c>broker_replay.definition</c> holds. The names are stored: they may grow, not change.</summary>
sealed record ReplayText(
    string By, string Consumer, int Rate, long Bound, long Count, string? Pattern, string? Status, string? Source,
    IReadOnlyList<string>? Ids, DateTimeOffset? From, DateTimeOffset? To, bool OnlyDead)
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static string Write(StoreReplay replay) => JsonSerializer.Serialize(
        new ReplayText(
            replay.By, replay.Consumer, replay.Rate, replay.Bound, replay.Count, replay.Choice.Pattern?.Text, replay.Choice.Status?.Word(),
            replay.Choice.Source, replay.Choice.Ids, replay.Choice.From, replay.Choice.To, replay.Choice.OnlyDead),
        Json);

    public static ReplayText Read(string definition) =>
        JsonSerializer.Deserialize<ReplayText>(definition, Json) ?? throw new InvalidDataException("a replay has no definition");

    public ReplayChoice Choice() => new(
        Pattern is null ? null : EventPattern.Parse(Pattern, true).Match(p => p, fault => throw new InvalidDataException($"{fault}")),
        Status is null ? null : Enum.GetValues<EventStatus>().First(s => s.Word() == Status), Source, Ids, From, To, OnlyDead);
}
