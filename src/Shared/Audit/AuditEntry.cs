namespace Hobom.Slices.Audit;

/// <summary>
/// One of the two lines that every human action leaves: the intent before it takes effect, the outcome after. The
/// names are stored and part of the API.
/// </summary>
/// <param name="Id">The same for both lines of an action.</param>
/// <param name="Phase"><c>intent</c> or <c>outcome</c>; an intent alone is an action whose end nobody saw.</param>
/// <param name="Actor">The name of the key that asked.</param>
/// <param name="TraceId">The caller's <c>x-hobom-trace-id</c>.</param>
/// <param name="Keys">What it is done to; the keys of letters, or the name of a poller.</param>
/// <param name="Set">The frozen set that stands for the keys, where there is one.</param>
public sealed record AuditEntry(
    string Id,
    DateTimeOffset At,
    string Phase,
    string Actor,
    string? Address,
    string? TraceId,
    string Action,
    string? Reason,
    IReadOnlyList<string> Keys,
    string? Set,
    string? Result)
{
    public const string Intent = "intent";
    public const string Outcome = "outcome";
}
