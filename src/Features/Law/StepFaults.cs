using Hobom.Slices.Core;

namespace Hobom.Slices.Law;

/// <summary>Why one try of a step did not produce its value.</summary>
public abstract record StepFault
{
    StepFault()
    {
    }

    /// <param name="TryAgain">Worth another try, if the step has one left.</param>
    /// <param name="NeighbourAway">
    /// The fault is the neighbour's absence or our key, and befalls every event alike; null where it was not asked.
    /// </param>
    public sealed record Failed(PublishFailure Failure, bool TryAgain, bool? NeighbourAway) : StepFault;

    /// <summary>The neighbour serves, but not now: waiting for it uses up no attempt.</summary>
    /// <param name="Wait">The neighbour's own wish, where it has one.</param>
    public sealed record AskedToWait(TimeSpan? Wait, string Message) : StepFault;

    public sealed record StoreDown(StoreFailure Failure) : StepFault;

    public sealed record Stopping : StepFault;
}

/// <summary>What a neighbour's answer means for a step. Pure.</summary>
public static class StepFaults
{
    /// <summary>Answers of the LLM that hold nothing to learn, in one visit: the first is asked again once.</summary>
    public const int EmptyAnswerLimit = 2;

    public static StepFault OfGenerate(CallFailure failure) =>
        failure.Kind is CallFailureKind.Cancelled ? new StepFault.Stopping()
        : AsksToWait(failure) ? new StepFault.AskedToWait(failure.RetryAfter, $"LLM: {failure}")
        : failure.IsTransient ? new StepFault.Failed(Transient(failure), TryAgain: true, BefallsEveryEvent(failure.Kind))
        : new StepFault.Failed(Permanent(failure), TryAgain: false, BefallsEveryEvent(failure.Kind));

    public static StepFault OfEmptyAnswer(string reason, int emptyAnswers) =>
        new StepFault.Failed(new PublishFailure.Permanent("EmptyAnswer", reason), emptyAnswers < EmptyAnswerLimit, NeighbourAway: false);

    public static StepFault OfSpentGenerations(GenerateCalls calls) =>
        new StepFault.Failed(
            new PublishFailure.Permanent(
                "GenerationLimit",
                $"{calls.Count} generations from this input were begun since {calls.Since:u} without a result that could be kept"),
            TryAgain: false, NeighbourAway: null);

    /// <summary>
    /// A save that is repeated is refused with INTERNAL, as is every other that fails: after one whose end nobody saw,
    /// INTERNAL may mean that it is saved, and only a person can find out. Before that it is a refusal like another.
    /// </summary>
    /// <param name="inDoubt">An earlier save of the event was begun and nobody has seen its end.</param>
    public static StepFault OfSave(CallFailure failure, bool inDoubt)
    {
        if (failure.Kind is CallFailureKind.Internal && inDoubt)
            return new StepFault.Failed(
                Unknown(
                    failure,
                    "outcome unknown: an earlier save may have been applied, and this one was refused as a second one would be"),
                TryAgain: false, NeighbourAway: false);
        if (AsksToWait(failure)) return new StepFault.AskedToWait(failure.RetryAfter, $"save: {failure}");
        PublishFailure told = inDoubt || !IsEndSeen(failure.Kind)
            ? Unknown(failure, "outcome unknown: the save may have been applied")
            : failure.IsTransient ? Transient(failure) : Permanent(failure);
        return new StepFault.Failed(
            told, failure.IsTransient || failure.Kind is CallFailureKind.Cancelled, BefallsEveryEvent(failure.Kind));
    }

    public static StepFault OfMark(CallFailure failure) =>
        AsksToWait(failure) ? new StepFault.AskedToWait(failure.RetryAfter, $"mark: {failure}")
        : new StepFault.Failed(Transient(failure), failure.IsTransient, BefallsEveryEvent(failure.Kind));

    /// <summary>The backend has answered, and by its contract a refused save is not applied.</summary>
    public static bool IsEndSeen(CallFailureKind kind) => kind is not (
        CallFailureKind.Unavailable or CallFailureKind.DeadlineExceeded or CallFailureKind.Unknown or CallFailureKind.Cancelled);

    /// <summary>
    /// Whether a generation that ended so counts as paid for. An absent LLM bills nobody: an outage must not use up
    /// what an input is granted.
    /// </summary>
    public static bool MayBePaid(CallFailureKind kind) => kind is
        CallFailureKind.DeadlineExceeded or CallFailureKind.Unknown or CallFailureKind.Internal
        or CallFailureKind.TooLarge or CallFailureKind.Cancelled;

    static bool AsksToWait(CallFailure failure) =>
        failure.Kind is CallFailureKind.ResourceExhausted || (failure.IsTransient && failure.RetryAfter is not null);

    static bool BefallsEveryEvent(CallFailureKind kind) => kind is
        CallFailureKind.Unavailable or CallFailureKind.Unauthenticated or CallFailureKind.PermissionDenied
        or CallFailureKind.Unimplemented;

    static PublishFailure.Transient Transient(CallFailure failure) => new($"{failure.Kind}", failure.Detail);

    static PublishFailure.Permanent Permanent(CallFailure failure) => new($"{failure.Kind}", failure.Detail);

    static PublishFailure.Unknown Unknown(CallFailure failure, string what) =>
        new($"{failure.Kind}", $"{what} ({failure.Detail})");
}
