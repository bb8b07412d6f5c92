using System.Text.Json;
using System.Text.Json.Serialization;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>Where a job stands. The names are stored and part of the API.</summary>
public enum ReplayJobState
{
    /// <summary>Nothing was written yet; gone after <see cref="ReplayJob.PlanLife"/> unless started.</summary>
    Planned,

    /// <summary>The first few run, and the rest waits for how they end.</summary>
    Canary,

    Running,

    /// <summary>By a person until resumed; or by itself, while a neighbour is away.</summary>
    Paused,

    /// <summary>By itself: too many failed. The rest is untouched; can be resumed.</summary>
    Stopped,

    Finished,
    Cancelled,
}

/// <param name="Rate">Letters a second at most.</param>
/// <param name="Canary">Letters that run ahead; 0 for none.</param>
/// <param name="StopAfterFailedShare">From 0 to 1; 1 never stops.</param>
/// <param name="Confirmation">Of a job of one letter: what a person says of it. Nobody says it of many at once.</param>
public sealed record ReplayJobOptions(
    int Rate = 50, int Canary = 5, double StopAfterFailedShare = 0.1,
    [property: JsonConverter(typeof(CamelCaseName<Confirmation>))] Confirmation Confirmation = Confirmation.None)
{
    public const int RateLimit = 1000;
    public const int CanaryLimit = 1000;
}

/// <summary>Letters that ended for one reason.</summary>
/// <param name="Sample">Keys of the first few.</param>
public sealed record ReasonCount(string Reason, int Count, IReadOnlyList<string> Sample);

/// <param name="Since">When it was given back.</param>
public sealed record FollowedLetter(int Place, DateTimeOffset Since);

/// <summary>How many letters were closed at a time; the last few tell the rate.</summary>
public sealed record ReplayPace(DateTimeOffset At, int Done);

/// <summary>
/// A job that replays a frozen list of letters, as it is stored. A letter is known by its place in the list. Each
/// is either not begun (from <see cref="Next"/> on), begun, interrupted, put back, followed, or counted.
/// </summary>
/// <param name="Patch">RFC 6902, as JSON; changes each payload on its way out.</param>
/// <param name="Next">The first place that was never begun.</param>
/// <param name="Begun">Places of the batch under way.</param>
/// <param name="Interrupted">Places that were begun by a process that died: their end was not seen.</param>
/// <param name="PutBack">Places that were begun and not tried, a neighbour being away.</param>
/// <param name="Unseen">Of the delivered: gone when a later process looked, their end not seen by anybody.</param>
/// <param name="Recent">The last tried, oldest first: <c>.</c> delivered, <c>x</c> failed.</param>
/// <param name="Batches">Since the last start, resume or end of the canary: the rate ramps up over the first ten.</param>
/// <param name="NextAt">No batch begins before.</param>
/// <param name="ResumesAt">Of a job that paused itself: when it asks again with one letter.</param>
public sealed record ReplayJob(
    int V,
    string Id,
    DateTimeOffset CreatedAt,
    string By,
    ReplayJobOptions Options,
    ReplayPlan Plan,
    string? Patch,
    [property: JsonConverter(typeof(CamelCaseName<ReplayJobState>))] ReplayJobState State,
    string? Why,
    int Next,
    IReadOnlyList<int> Begun,
    IReadOnlyList<int> Interrupted,
    IReadOnlyList<int> PutBack,
    int Delivered,
    int Unseen,
    int Failed,
    int Skipped,
    string Recent,
    IReadOnlyList<ReasonCount> Failures,
    IReadOnlyList<ReasonCount> Skips,
    int Batches,
    DateTimeOffset? NextAt,
    DateTimeOffset? ResumesAt,
    IReadOnlyList<ReplayPace> Pace,
    DateTimeOffset? StartedAt,
    string? StartedBy,
    DateTimeOffset? EndedAt)
{
    public const int CurrentVersion = 1;

    public const int LetterLimit = 200_000;

    public static readonly TimeSpan PlanLife = TimeSpan.FromHours(24);

    /// <summary>Of one that has ended.</summary>
    public static readonly TimeSpan EndedLife = TimeSpan.FromDays(30);

    /// <summary>Letters that were given back to their flow, whose end is not known yet: each is looked at until it is.</summary>
    public IReadOnlyList<FollowedLetter> Followed { get; init; } = [];

    /// <summary>No look before.</summary>
    public DateTimeOffset? FollowAt { get; init; }

    /// <summary>Looked at for so long without an end: they are still under way, and the job says no more of them.</summary>
    public int StillUnderWay { get; init; }

    [JsonIgnore]
    public int Done => Delivered + Failed + Skipped + StillUnderWay;

    [JsonIgnore]
    public int Left => Plan.Count - Done;

    [JsonIgnore]
    public int Tried => Delivered + Failed;

    /// <summary>It has, or keeps, its categories to itself.</summary>
    [JsonIgnore]
    public bool IsActive => State is ReplayJobState.Canary or ReplayJobState.Running or ReplayJobState.Paused;

    public static ReplayJob Planned(
        string id, DateTimeOffset now, string by, ReplayJobOptions options, ReplayPlan plan, string? patch) => new(
        CurrentVersion, id, now, by, options, plan, patch, ReplayJobState.Planned, null, 0, [], [], [], 0, 0, 0, 0, "", [], [],
        0, null, null, [], null, null, null);

    public byte[] Format() => JsonSerializer.SerializeToUtf8Bytes(this, ReplayJobJson.Default.ReplayJob);

    /// <returns>Null where the text is of another version, or no job at all.</returns>
    public static ReplayJob? Parse(ReadOnlySpan<byte> text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ReplayJobJson.Default.ReplayJob) is { V: CurrentVersion } job ? job : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ReplayJob))]
[JsonSerializable(typeof(string[]))]
sealed partial class ReplayJobJson : JsonSerializerContext;
