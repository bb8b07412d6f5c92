using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Http.AuditRoutes;

/// <summary>Whether the audit is as it was written.</summary>
public sealed class CheckAuditEndpoint(RedisAuditLog audit) : EndpointWithoutRequest<object>
{
    /// <param name="Intact">Of what is there, nothing was changed, put in or taken out in between.</param>
    /// <param name="Before">Older entries were trimmed: the newest of them has this hash, in whatever archive they are.</param>
    /// <param name="FaultAt">The place in the stream <c>dlqx:audit</c>.</param>
    public sealed record AuditCheckAnswer(
        bool Intact, int Checked, int Unchained, string? Head, string? Before, string? FaultAt, string? Fault)
    {
        internal static AuditCheckAnswer Of(AuditCheck check) => new(
            check.Fault is null, check.Checked, check.Unchained, check.Head, check.Before, check.Fault?.At.Format(), check.Fault?.Reason);
    }

    public override void Configure()
    {
        Get("/audit/check");
        Policies(Role.Auditor);
        Description(b => b.Produces<AuditCheckAnswer>().Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Check that the audit is as it was written";
            s.Description =
                "Each entry carries a hash of itself and of the one before. Who can write to Redis could make them all anew: compare "
                + "`head` with the last hash in the process's log, and `before` with the archive of what was trimmed. `unchained` counts "
                + "entries from before there were hashes.";
            s.ResponseExamples[200] = new AuditCheckAnswer(
                true, 1204, 0, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", null, null, null);
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        if (!(await audit.CheckAsync(ct)).TryGetRight(out var check, out var failure))
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
        else await Send.OkAsync(AuditCheckAnswer.Of(check), ct);
    }
}
