using System.Diagnostics;
using Hobom.Slices.Core;

namespace Hobom.Slices.Broker;

/// <summary>
/// What failed in a try that failed. Noted when it fails, and kept with the handling under the words of
/// <see cref="FailureKinds.Word"/>, which are stored: they may grow, not change. Of older rows nobody knows it.
/// </summary>
public enum FailureKind
{
    /// <summary>The handler threw.</summary>
    Threw,

    /// <summary>The consumer's time limit was over.</summary>
    TimedOut,

    /// <summary>The lease ran out in the middle of the try.</summary>
    LeaseLost,

    /// <summary>The last try that it may have was begun, and the process died, or stood still, in it.</summary>
    ProcessDied,

    /// <summary>The handler's transaction could not be committed, or nobody knows whether it was.</summary>
    NotCommitted,

    /// <summary>The event's row cannot be read.</summary>
    Unreadable,

    /// <summary>The payload's version is unknown, or it could not be made one that the consumer reads.</summary>
    Schema,

    /// <summary>The receiver, or Kafka, refuses this event whenever it comes.</summary>
    Refused,

    /// <summary>The receiver answered with an error of its own, or its answer broke off.</summary>
    ReceiverFailed,

    /// <summary>The receiver asks to be left alone for a while.</summary>
    Busy,

    /// <summary>The receiver, or Kafka, does not accept who we are.</summary>
    Credentials,

    /// <summary>The address is none that takes events, or one that must not be dialled.</summary>
    WrongAddress,

    /// <summary>The receiver wants no more events.</summary>
    Gone,

    /// <summary>No connection, or no broker that answers.</summary>
    Unreachable,

    /// <summary>There is no such topic, or it cannot be written to.</summary>
    NoTopic,

    /// <summary>Kafka did not take it, for another reason.</summary>
    NotPublished,
}

public static class FailureKinds
{
    /// <summary>Shown where nobody knows the kind.</summary>
    public const string UnknownWord = "unknown";

    static readonly Dictionary<string, FailureKind> ByWord =
        Enum.GetValues<FailureKind>().ToDictionary(k => k.Word(), StringComparer.Ordinal);

    /// <summary>All, and that of rows of which nobody knows it.</summary>
    public static IReadOnlyList<string> Words => [.. ByWord.Keys, UnknownWord];

    public static string Word(this FailureKind kind) => kind switch
    {
        FailureKind.Threw => "threw",
        FailureKind.TimedOut => "timed-out",
        FailureKind.LeaseLost => "lease-lost",
        FailureKind.ProcessDied => "process-died",
        FailureKind.NotCommitted => "not-committed",
        FailureKind.Unreadable => "unreadable",
        FailureKind.Schema => "schema",
        FailureKind.Refused => "refused",
        FailureKind.ReceiverFailed => "receiver-failed",
        FailureKind.Busy => "busy",
        FailureKind.Credentials => "credentials",
        FailureKind.WrongAddress => "wrong-address",
        FailureKind.Gone => "gone",
        FailureKind.Unreachable => "unreachable",
        FailureKind.NoTopic => "no-topic",
        FailureKind.NotPublished => "not-published",
        _ => throw new UnreachableException(),
    };

    /// <summary>Null where there is none, or it is a newer build's.</summary>
    public static FailureKind? Parse(string? word) => word is not null && ByWord.TryGetValue(word, out var kind) ? kind : null;

    /// <summary>As letters of all flows have it.</summary>
    public static FailureClass ClassOf(FailureKind? kind) => kind switch
    {
        null => FailureClass.Unknown,
        FailureKind.Threw or FailureKind.TimedOut or FailureKind.LeaseLost or FailureKind.ProcessDied or FailureKind.NotCommitted
            or FailureKind.ReceiverFailed or FailureKind.Busy or FailureKind.Unreachable or FailureKind.NotPublished =>
                FailureClass.Transient,
        FailureKind.Refused or FailureKind.Credentials or FailureKind.WrongAddress or FailureKind.Gone or FailureKind.NoTopic =>
            FailureClass.Permanent,
        FailureKind.Unreadable or FailureKind.Schema => FailureClass.Refused,
        _ => throw new UnreachableException(),
    };
}
