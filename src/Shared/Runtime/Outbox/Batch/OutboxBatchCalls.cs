using Google.Protobuf;
using Google.Protobuf.Reflection;
using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.V1;
using Hobom.Slices.Runtime.Grpc;
using LanguageExt;
using static LanguageExt.Prelude;

namespace Hobom.Slices.Runtime.Outbox.Batch;

/// <summary>The batch contract over gRPC.</summary>
static class OutboxBatchCalls
{
    /// <summary>Of the rows of a page; more makes a claim slow and helps nobody.</summary>
    const int PageByteLimit = 16 << 20;

    static readonly MethodDescriptor ClaimMethod = OutboxBatch.Descriptor.FindMethodByName("ClaimPage");

    /// <param name="lease">What is asked for.</param>
    /// <param name="owner">The same for all claims of this process.</param>
    public static BatchPort Of(GrpcBackend backend, string eventType, TimeSpan lease, string owner)
    {
        var client = new OutboxBatch.OutboxBatchClient(backend.Channel);
        var leaseMs = (long)lease.TotalMilliseconds;
        return new BatchPort(
            Claim: (limit, read, stopping) => ClaimAsync(
                backend,
                new ClaimPageRequest { EventType = eventType, Limit = limit, MaxBytes = PageByteLimit, LeaseMs = leaseMs, Owner = owner },
                read, stopping),
            Renew: async token => (await backend.CallAsync(
                    client.RenewPageAsync, new RenewPageRequest { Token = token, LeaseMs = leaseMs }, GrpcBackend.MarkDeadline))
                .Map(answer => TimeSpan.FromMilliseconds(answer.LeaseMs)),
            Mark: (token, marks) => MarkAsync(backend, client, token, marks),
            Release: async token => (await backend.CallAsync(
                client.ReleasePageAsync, new ReleasePageRequest { Token = token }, GrpcBackend.MarkDeadline)).Map(_ => unit));
    }

    static async Task<Either<CallFailure, ClaimedPage>> ClaimAsync(
        GrpcBackend backend, ClaimPageRequest request, Action<byte[]> read, CancellationToken stopping)
    {
        using var answer = backend.BeginReading(ClaimMethod, request, GrpcBackend.FindDeadline, stopping);
        var page = new ClaimedPage("", TimeSpan.Zero, IsComplete: false);
        while (true)
        {
            if (!(await answer.NextAsync(Taken)).TryGetRight(out var more, out var failure)) return failure;
            if (more.IsNone) return page;
            page = more.IfNone(page);
        }

        ClaimedPage Taken(byte[] part)
        {
            read(part);
            return With(page, part);
        }
    }

    /// <summary>What a part of the answer says of the page, which is all but its rows.</summary>
    static ClaimedPage With(ClaimedPage page, byte[] part)
    {
        using var input = new CodedInputStream(part);
        while (input.ReadTag() is not 0 and var tag)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case ClaimPageResponse.TokenFieldNumber:
                    page = page with { Token = input.ReadString() };
                    break;
                case ClaimPageResponse.LeaseMsFieldNumber:
                    page = page with { Lease = TimeSpan.FromMilliseconds(input.ReadInt64()) };
                    break;
                case ClaimPageResponse.CompleteFieldNumber:
                    page = page with { IsComplete = input.ReadBool() };
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return page;
    }

    static async Task<Either<CallFailure, IReadOnlyList<PageMarkEnd>>> MarkAsync(
        GrpcBackend backend, OutboxBatch.OutboxBatchClient client, string token, IReadOnlyList<PageMark> marks)
    {
        var request = new MarkPageRequest { Token = token };
        foreach (var mark in marks)
        {
            if (mark.Failed is not { } reason) request.Sent.Add(mark.Id.Value);
            else request.Failed.Add(new FailedRow { EventId = mark.Id.Value, Reason = MarkOutcomes.Shorten(reason) });
        }

        var answer = await backend.CallAsync(client.MarkPageAsync, request, GrpcBackend.MarkDeadline);
        return answer.Bind(response => EndsOf(marks, request.Sent.Count, response.Outcomes));
    }

    /// <param name="sent">How many of the marks are SENT: their answers come first.</param>
    static Either<CallFailure, IReadOnlyList<PageMarkEnd>> EndsOf(
        IReadOnlyList<PageMark> marks, int sent, IReadOnlyList<RowOutcome> outcomes)
    {
        if (outcomes.Count != marks.Count)
            return new CallFailure(CallFailureKind.Internal, $"{marks.Count} marks were answered by {outcomes.Count} outcomes");
        var (nextSent, nextFailed) = (0, sent);
        var ends = new PageMarkEnd[marks.Count];
        for (var at = 0; at < ends.Length; at++)
        {
            var outcome = outcomes[marks[at].Failed is null ? nextSent++ : nextFailed++];
            if (EndOf(outcome) is not { } end) return new CallFailure(CallFailureKind.Internal, $"a mark was answered by {outcome}");
            ends[at] = end;
        }

        return ends;
    }

    /// <summary>Null for one that a later version of the contract may have.</summary>
    static PageMarkEnd? EndOf(RowOutcome outcome) => outcome switch
    {
        RowOutcome.Applied or RowOutcome.Already => PageMarkEnd.Marked,
        RowOutcome.Stale => PageMarkEnd.Stale,
        RowOutcome.NoSuchRow => PageMarkEnd.NoSuchRow,
        _ => null,
    };
}
