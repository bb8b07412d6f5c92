using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hobom.Slices.Tests.Integration.Interop;

/// <summary>The outcome of a call, instead of the backend's own answer. Nothing set: the own answer.</summary>
public sealed record GrpcJsOrder
{
    // An order that is not given is not sent: null would be an order too. Rows keep their nulls out likewise.
    internal static readonly JsonSerializerOptions Written =
        new(JsonSerializerOptions.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>A gRPC status code to fail with.</summary>
    public int? Status { get; init; }

    public string? Details { get; init; }

    /// <summary>The call takes effect although its answer is an error, is lost or never comes.</summary>
    public bool? Applied { get; init; }

    /// <summary>No answer until the caller's deadline, when the library itself answers.</summary>
    public bool? Hang { get; init; }

    public int? DelayMs { get; init; }

    /// <summary><see cref="HalfAnAnswer"/>, <c>"session"</c> (connection destroyed) or <c>"stream"</c> (this call reset).</summary>
    public object? Abort { get; init; }

    /// <summary>Trailers; values of names ending in -bin are base64.</summary>
    public Dictionary<string, string>? Metadata { get; init; }

    /// <summary>Only calls whose request has these values, such as eventId.</summary>
    public Dictionary<string, string>? Match { get; init; }

    /// <summary>Generate's answer: summary, keyPoints, quizzes.</summary>
    public object? Answer { get; init; }

    /// <summary>For how many calls; null is one. <see cref="Forever"/>: until the scripts are cleared.</summary>
    public object? Repeat { get; init; }

    public static object HalfAnAnswer => true;

    public static object Forever => "forever";
}

/// <summary>A row as it stands in its backend; the times are texts in that backend's form, or empty. Payload is Undefined without one.</summary>
public sealed record GrpcJsRow(
    string Id, string EventId, string EventType, string Status, int RetryCount, string SentAt, string FailedAt,
    string LastError, int Version, string CreatedAt, string UpdatedAt, JsonElement Payload);

/// <summary>One mark: its place among all marks of the backend, unix ms, SENT or FAILED, and whether a row was found.</summary>
public sealed record GrpcJsMark(int Order, long At, string Kind, string? ErrorMessage, bool Found);

/// <summary>Counts: event type -> status -> rows. Calls: rpc -> calls so far.</summary>
public sealed record GrpcJsState(
    bool Serving, Dictionary<string, Dictionary<string, int>>? Counts, int Marks, string[] Saved,
    Dictionary<string, int> Calls);

public sealed record GrpcJsCalls(int Total, GrpcJsCall[] Items);

/// <summary>
/// A call as received: unix ms, the time its deadline left it (null: none). Status is the code answered, the text
/// <c>hang</c> or <c>abort</c>, or null while it runs.
/// </summary>
public sealed record GrpcJsCall(
    int Order, long At, Dictionary<string, string> Metadata, JsonElement Request, int? DeadlineMs, JsonElement Status);
