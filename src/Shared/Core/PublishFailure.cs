using System.Diagnostics;

namespace Hobom.Slices.Core;

/// <summary>Why one publish attempt did not end in a broker's acknowledgement.</summary>
/// <param name="Code">The client's name of the error.</param>
/// <param name="Scope">Whom it concerns.</param>
public abstract record PublishFailure(string Code, string Message, FaultScope Scope)
{
    /// <summary>Not written, and worth another try.</summary>
    public sealed record Transient(string Code, string Message, FaultScope Scope = FaultScope.Unclear)
        : PublishFailure(Code, Message, Scope);

    /// <summary>Not written, and not worth another try before somebody has changed something.</summary>
    public sealed record Permanent(string Code, string Message, FaultScope Scope = FaultScope.Record)
        : PublishFailure(Code, Message, Scope);

    /// <summary>Not written: more bytes than the client or the topic takes in one record. In parts it may be.</summary>
    public sealed record TooLarge(string Code, string Message) : PublishFailure(Code, Message, FaultScope.Record);

    /// <summary>The broker may have it: a time-out after sending is not a failure.</summary>
    public sealed record Unknown(string Code, string Message, FaultScope Scope = FaultScope.Unclear)
        : PublishFailure(Code, Message, Scope);

    /// <summary>Not written because this process is stopping or its producer is being replaced: says nothing of the event.</summary>
    public sealed record Stopping(string Code, string Message, FaultScope Scope = FaultScope.None)
        : PublishFailure(Code, Message, Scope);

    /// <summary>As attempts and letters tell it.</summary>
    public FailureClass Class => this switch
    {
        Permanent or TooLarge => FailureClass.Permanent,
        Unknown => FailureClass.Unknown,
        // Not written, and as good as new in another visit.
        Transient or Stopping => FailureClass.Transient,
        _ => throw new UnreachableException($"no class of {this}"),
    };
}

/// <summary>Where the broker put a record.</summary>
public readonly record struct RecordPosition(int Partition, long Offset);

/// <summary>What kind of trouble an attempt, or a whole letter, met. The names are stored: a contract with older letters.</summary>
public enum FailureClass
{
    Transient,
    Permanent,
    Unknown,
    Refused,
}

/// <summary>One try that failed, as a dead letter tells it.</summary>
/// <param name="MaybeWritten">Whether the neighbour may have applied it all the same.</param>
public sealed record Attempt(
    int Number,
    DateTimeOffset StartedAt,
    TimeSpan Took,
    FailureClass Class,
    string Code,
    string Message,
    bool MaybeWritten);
