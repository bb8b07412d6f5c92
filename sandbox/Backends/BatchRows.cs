using Google.Protobuf;
using Hobom.Slices.Protos.Outbox.V1;
using Hobom.Slices.Sandbox.Grpc;
using Hobom.Slices.Sandbox.Rows;

namespace Hobom.Slices.Sandbox.Backends;

/// <summary>The batch contract over one backend's rows.</summary>
internal sealed class BatchRows(RowPages pages, IReadOnlyDictionary<string, Func<OutboxRow, IMessage>> resultOf)
{
    private const string Service = "/hobom.outbox.v1.OutboxBatch/";

    /// <summary>A page is somebody's for no longer than this without renewal.</summary>
    private static readonly TimeSpan s_longestLease = TimeSpan.FromMinutes(5);

    /// <param name="resultOf">The row as its own find would answer it, by event type.</param>
    public static void Serve(GrpcBackend backend, RowPages pages, IReadOnlyDictionary<string, Func<OutboxRow, IMessage>> resultOf)
    {
        var batch = new BatchRows(pages, resultOf);
        backend.Serve<ClaimPageRequest>(Service + "ClaimPage", batch.Claim);
        backend.Serve<RenewPageRequest>(Service + "RenewPage", batch.Renew);
        backend.Serve<MarkPageRequest>(Service + "MarkPage", batch.Mark);
        backend.Serve<ReleasePageRequest>(Service + "ReleasePage", batch.Release);
    }

    private GrpcAnswer Claim(ClaimPageRequest request)
    {
        if (request.Owner.Length == 0 || request.LeaseMs <= 0 || request.Limit < 0)
            return GrpcAnswer.Refused(GrpcStatus.InvalidArgument, "owner, leaseMs above 0 and limit from 0 are required");
        if (!resultOf.TryGetValue(request.EventType, out var toResult))
            return GrpcAnswer.Of(new ClaimPageResponse { Complete = true });
        if (request.Limit == 0)
            return GrpcAnswer.Of(new ClaimPageResponse());

        var lease = Shortest(request.LeaseMs);
        var page = pages.Claim(
            request.EventType, request.Owner, request.Limit, request.MaxBytes, lease, row => row.Payload?.CalculateSize() ?? 0);
        var response = new ClaimPageResponse { Complete = page.IsComplete };
        response.Rows.AddRange(page.Rows.Select(row => toResult(row).ToByteString()));
        if (page.Rows.Count > 0)
            (response.Token, response.LeaseMs) = (page.Token, (long)lease.TotalMilliseconds);
        return GrpcAnswer.Of(response);
    }

    private GrpcAnswer Renew(RenewPageRequest request)
    {
        var lease = Shortest(request.LeaseMs);
        return GrpcAnswer.Of(new RenewPageResponse { LeaseMs = pages.Renew(request.Token, lease) ? (long)lease.TotalMilliseconds : 0 });
    }

    private GrpcAnswer Mark(MarkPageRequest request)
    {
        var response = new MarkPageResponse();
        foreach (var id in request.Sent)
            response.Outcomes.Add(OutcomeOf(pages.Mark(request.Token, id, error: null)));
        foreach (var row in request.Failed)
            response.Outcomes.Add(OutcomeOf(pages.Mark(request.Token, row.EventId, row.Reason)));
        return GrpcAnswer.Of(response);
    }

    private GrpcAnswer Release(ReleasePageRequest request)
    {
        pages.Release(request.Token);
        return GrpcAnswer.Of(new ReleasePageResponse());
    }

    private static TimeSpan Shortest(long leaseMs) =>
        leaseMs < s_longestLease.TotalMilliseconds ? TimeSpan.FromMilliseconds(leaseMs) : s_longestLease;

    private static RowOutcome OutcomeOf(PageMarkResult result) => result switch
    {
        PageMarkResult.Applied => RowOutcome.Applied,
        PageMarkResult.Already => RowOutcome.Already,
        PageMarkResult.Stale => RowOutcome.Stale,
        PageMarkResult.NoSuchRow => RowOutcome.NoSuchRow,
        _ => throw new System.Diagnostics.UnreachableException($"{result}"),
    };
}
