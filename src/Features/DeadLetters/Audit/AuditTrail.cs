using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.DeadLetters;

/// <summary>Who asks for something.</summary>
/// <param name="TraceId">Of the request, as its log lines have it: the caller's own where it sent one.</param>
public sealed record Caller(string Actor, string? Address, string? TraceId)
{
    public static Caller Of(HttpContext http) => new(
        http.User.Identity?.Name ?? "anonymous", http.Connection.RemoteIpAddress?.ToString(), http.TraceIdentifier);
}

/// <summary>An action under way whose intent is written.</summary>
public sealed class AuditedAction(AuditEntry intent, Func<AuditEntry, Task> end)
{
    public Task EndAsync(string result) => end(intent with { Phase = AuditEntry.Outcome, Result = result });
}

/// <summary>Writes down what people do, before and after. Each entry goes to the log as well.</summary>
public sealed class AuditTrail(Audit audit, TimeProvider clock, ILogger<AuditTrail> log)
{
    /// <summary>Left where the intent could not be written: then the action must not be taken.</summary>
    public async Task<Either<StoreFailure, AuditedAction>> BeginAsync(
        Caller caller, string action, IReadOnlyList<string> keys, string? reason = null, string? set = null)
    {
        var intent = new AuditEntry(
            Guid.CreateVersion7().ToString("N"), clock.GetUtcNow(), AuditEntry.Intent, caller.Actor, caller.Address, caller.TraceId,
            action, reason, keys, set, null);
        var kept = await audit(intent);
        Log(intent, kept);
        return kept.Map(_ => new AuditedAction(intent, EndAsync));
    }

    async Task EndAsync(AuditEntry outcome)
    {
        var entry = outcome with { At = clock.GetUtcNow() };
        Log(entry, await audit(entry));
    }

    /// <summary>The hash in the log is the copy that nobody reaches who can write to Redis.</summary>
    void Log(AuditEntry entry, Either<StoreFailure, string> kept)
    {
        log.LogInformation(
            "audit: {Phase} {Action} {Id} by {Actor} from {Address}, trace {TraceId}: {Keys} {Result}; {Hash}",
            entry.Phase, entry.Action, entry.Id, entry.Actor, entry.Address, entry.TraceId,
            entry.Set ?? (entry.Keys.Count == 1 ? entry.Keys[0] : $"{entry.Keys.Count} keys"), entry.Result,
            kept.Match(hash => hash, _ => "not kept"));
        kept.IfLeft(failure => log.LogWarning(
            "audit: the {Phase} of {Action} {Id} could not be kept: {Reason}", entry.Phase, entry.Action, entry.Id, failure.Message));
    }
}
