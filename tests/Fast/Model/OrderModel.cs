namespace Hobom.Slices.Tests.Fast.Model;

public enum Row
{
    Pending,
    Failed,
    Sent,
}

/// <summary>One call to a neighbour, or none.</summary>
public enum Call
{
    None,
    Publish,
    SaveLetter,
    DropLetter,
    MarkSent,
    MarkFailed,
    Claim,
}

/// <summary>In which order the writes of one event are made.</summary>
/// <param name="Delivered">After an acknowledged publish of a visit.</param>
/// <param name="Failed">After a visit's three publishes failed.</param>
/// <param name="Replay">Of a replay; none where there are no replays.</param>
/// <param name="Serialised">A visit and a replay never have the event in hand at the same time.</param>
/// <param name="ProvisionalToo">Letters whose row is still PENDING are replayed too.</param>
public sealed record WriteOrder(
    string Name, Call[] Delivered, Call[] Failed, Call[] Replay, bool Serialised = true, bool ProvisionalToo = false);

/// <summary>All that is known of one event at one moment.</summary>
/// <param name="Records">In Kafka, up to 3.</param>
/// <param name="Claimed">The letter carries a claim: where no replay runs, its outcome is unknown.</param>
/// <param name="Visit">The next call of the visit under way.</param>
/// <param name="Path">Of the visit: attempts so far, or how far its closing writes are.</param>
/// <param name="Attempts">Publishes of this visit that failed.</param>
/// <param name="ReplayStep">From 1; 0 for none under way.</param>
/// <param name="Excuses">What may each have doubled the event: an answer lost after a publish, a crash, a replay of a claimed letter.</param>
public readonly record struct EventState(
    Row Row, int Records, bool Letter, bool Claimed, Call Visit, bool Closing, int Path, int Attempts, int ReplayStep,
    int Excuses, int Crashes, int Faults, int Replays)
{
    public bool IsQuiet => Visit is Call.None && ReplayStep == 0;
}

/// <summary>
/// The life of one event, for an exhaustive search: a visit, a replay, crashes at every step, and of each call that it
/// may succeed, fail unapplied, or fail applied (its answer is lost).
/// </summary>
public sealed class OrderModel(WriteOrder order)
{
    const int AttemptLimit = 3;
    const int RecordsCounted = 3;

    public static EventState Start(int crashes, int faults, int replays) =>
        new(Row.Pending, 0, false, false, Call.None, false, 0, 0, 0, 0, crashes, faults, replays);

    /// <summary>What may happen next, each with its name.</summary>
    public IEnumerable<(string Name, EventState To)> Next(EventState at)
    {
        if (at.Crashes > 0 && !at.IsQuiet)
            yield return ("crash", Excused(at) with { Crashes = at.Crashes - 1, Visit = Call.None, Closing = false, Path = 0, Attempts = 0, ReplayStep = 0 });
        if (at.Visit is Call.None && at.Row is Row.Pending && !(order.Serialised && at.ReplayStep > 0))
            yield return ("poll", at with { Visit = order.Delivered[0], Attempts = 0, Closing = false, Path = 0 });
        if (at.ReplayStep == 0 && order.Replay.Length > 0 && at.Replays > 0 && at.Letter && !(order.Serialised && at.Visit is not Call.None)
            && (order.ProvisionalToo || at.Row is not Row.Pending))
            yield return ("replay", (at.Claimed ? Excused(at) : at) with { ReplayStep = 1, Replays = at.Replays - 1 });
        if (at.Visit is not Call.None)
            foreach (var (name, applied, ok) in Outcomes(at))
                yield return ($"{at.Visit} {name}", VisitAfter(Applied(at, at.Visit, applied, ok), ok));
        if (at.ReplayStep > 0)
        {
            var call = order.Replay[at.ReplayStep - 1];
            foreach (var (name, applied, ok) in Outcomes(at))
                yield return ($"replay's {call} {name}", ReplayAfter(Applied(at, call, applied, ok), call, ok));
        }
    }

    /// <summary>The rule that the state breaks, or null.</summary>
    public static string? Violation(EventState at, bool isLast) =>
        at is { Row: Row.Sent, Records: 0 } ? "SENT without a record"
        : at.Records - 1 > at.Excuses ? "doubled without a fault that could have"
        : !at.IsQuiet ? null
        : at is { Row: not Row.Pending, Records: 0, Letter: false } ? "LOST: neither record nor letter"
        : at is { Row: Row.Failed, Letter: false } ? "FAILED without a letter"
        : at is { Row: Row.Sent, Letter: true, Claimed: false } ? "a ghost letter: SENT, and the letter is open"
        : isLast && at.Row is Row.Pending ? "PENDING for ever"
        : null;

    static IEnumerable<(string Name, bool Applied, bool Ok)> Outcomes(EventState at)
    {
        yield return ("ok", true, true);
        if (at.Faults == 0) yield break;
        yield return ("fails", false, false);
        yield return ("fails, applied", true, false);
    }

    static EventState Applied(EventState at, Call call, bool applied, bool ok)
    {
        var after = ok ? at : at with { Faults = at.Faults - 1 };
        if (!applied) return after;
        return call switch
        {
            Call.Publish => (ok ? after : Excused(after)) with { Records = Math.Min(RecordsCounted, at.Records + 1) },
            Call.SaveLetter => after with { Letter = true },
            Call.DropLetter => after with { Letter = false, Claimed = false },
            Call.MarkSent => after with { Row = Row.Sent },
            Call.MarkFailed => after with { Row = at.Row is Row.Sent ? Row.Sent : Row.Failed },
            Call.Claim => after with { Claimed = at.Letter },
            _ => after,
        };
    }

    /// <summary>A closing write that fails ends the visit: the next one takes the row up again if it is PENDING.</summary>
    EventState VisitAfter(EventState at, bool ok)
    {
        if (at.Visit is Call.Publish && !at.Closing && !ok)
            return at.Attempts + 1 < AttemptLimit
                ? at with { Attempts = at.Attempts + 1 }
                : at with { Attempts = AttemptLimit, Closing = true, Path = 0, Visit = order.Failed[0] };
        if (!ok) return Ended(at.Closing ? at : Excused(at));
        var path = at.Closing ? order.Failed : order.Delivered;
        var next = at.Path + 1;
        return next == path.Length ? Ended(at) : at with { Path = next, Visit = path[next] };
    }

    /// <summary>A replay that fails frees the letter where nothing was sent, and leaves its claim where that is open.</summary>
    EventState ReplayAfter(EventState at, Call call, bool ok)
    {
        if (ok) return at.ReplayStep == order.Replay.Length ? at with { ReplayStep = 0 } : at with { ReplayStep = at.ReplayStep + 1 };
        var sent = order.Replay.Take(at.ReplayStep).Contains(Call.Publish);
        return (sent && call is not Call.Publish ? Excused(at) : at) with { ReplayStep = 0, Claimed = at.Claimed && (sent || call is Call.Claim) };
    }

    static EventState Excused(EventState at) => at with { Excuses = Math.Min(RecordsCounted, at.Excuses + 1) };

    static EventState Ended(EventState at) => at with { Visit = Call.None, Closing = false, Path = 0, Attempts = 0 };
}
