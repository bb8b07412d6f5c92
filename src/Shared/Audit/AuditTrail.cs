using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Audit;

/// <summary>An action under way whose intent is written.</summary>
public sealed class AuditedAction(AuditEntry intent, Func<AuditEntry, Task> end)
{
    public Task EndAsync(string result) => end(intent with { Phase = AuditEntry.Outcome, Result = result });
}

/// <summary>Writes down what people do, before and after. Each entry goes to the log as well.</summary>
/// <param name="keep">Keeps an entry for good. Right: its hash in the <see cref="AuditChain"/>.</param>
public sealed class AuditTrail(
    Func<AuditEntry, Task<Either<StoreFailure, string>>> keep, TimeProvider clock, ILogger<AuditTrail> log)
{
    /// <summary>Left where the intent could not be written: then the action must not be taken.</summary>
    public async Task<Either<StoreFailure, AuditedAction>> BeginAsync(
        Caller caller, string action, IReadOnlyList<string> keys, string? reason = null, string? set = null)
    {
        var intent = new AuditEntry(
            Guid.CreateVersion7().ToString("N"), clock.GetUtcNow(), AuditEntry.Intent, caller.Actor, caller.Address, caller.TraceId,
            action, reason, keys, set, null);
        var kept = await keep(intent);
        Log(intent, kept);
        return kept.Map(_ => new AuditedAction(intent, EndAsync));
    }

    async Task EndAsync(AuditEntry outcome)
    {
        var entry = outcome with { At = clock.GetUtcNow() };
        Log(entry, await keep(entry));
    }

    /// <summary>The hash in the log is the copy that nobody reaches who can write to Redis.</summary>
    void Log(AuditEntry entry, Either<StoreFailure, string> kept)
    {
        log.LogInformation(
            LogEvents.Named("audit.entry"),
            "audit: {Phase} {Action} {Id} by {Actor} from {Address}, trace {TraceId}: {Keys} {Result}; {Hash}",
            entry.Phase, entry.Action, entry.Id, entry.Actor, entry.Address, entry.TraceId,
            entry.Set ?? (entry.Keys.Count == 1 ? entry.Keys[0] : $"{entry.Keys.Count} keys"), entry.Result,
            kept.Match(hash => hash, _ => "not kept"));
        kept.IfLeft(failure => log.LogWarning(
            LogEvents.Named("audit.not-kept"),
            "audit: the {Phase} of {Action} {Id} could not be kept: {Reason}", entry.Phase, entry.Action, entry.Id, failure.Message));
    }
}
