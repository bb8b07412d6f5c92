using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Protos.Outbox.V1;
using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>A row of <see cref="BatchBackend"/>; not for several threads.</summary>
sealed class BatchRow(string eventType, string eventId, MessagePayload? payload)
{
    public string EventType => eventType;

    public string EventId => eventId;

    public string Status { get; set; } = "PENDING";

    public string Reason { get; set; } = "";

    public string Token { get; set; } = "";

    public DateTime ClaimedUntil { get; set; }

    public QueryResult Result => new()
    {
        Id = eventId, EventId = eventId, EventType = eventType, Payload = payload, Status = Status, CreatedAt = "2026-03-05T12:51:13.1234567Z",
    };
}

/// <summary>A main backend of messages that may have the batch contract, written by its proto alone, and whose answers can be lost.</summary>
sealed class BatchBackend : IAsyncDisposable
{
    const string Find = "/outbox.message.FindHoBomMessageOutboxController/FindOutboxByEventTypeAndStatusUseCase";
    const string Patch = "/outbox.message.PatchOutboxController/";
    const string Batch = "/hobom.outbox.v1.OutboxBatch/";

    readonly Lock gate = new();
    readonly List<BatchRow> rows = [];
    readonly GrpcTestServer server;
    readonly Dictionary<string, string> ownerOf = new(StringComparer.Ordinal);
    int claims, pageMarks, rowMarks, releases;

    BatchBackend(GrpcTestServer server) => this.server = server;

    public string Address => server.Address.Authority;

    public int Claims => claims;

    public int PageMarks => pageMarks;

    public int RowMarks => rowMarks;

    public int Releases => releases;

    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Before a page's marks are applied.</summary>
    public Func<Task> BeforeMarks { get; set; } = () => Task.CompletedTask;

    /// <summary>Asked after a page's marks were applied: whether the answer gets lost.</summary>
    public Func<bool> LosesAnswer { get; set; } = () => false;

    public static async Task<BatchBackend> StartAsync(bool hasBatch)
    {
        var backend = new BatchBackend(await GrpcTestServer.StartAsync());
        backend.server.Unary<Request, Response>(Find, (asked, _) => Task.FromResult(backend.FindAll(asked)));
        backend.server.Unary<MarkRequest, Empty>(Patch + "PatchOutboxMarkAsSentUseCase", (mark, _) => backend.MarkRow(mark.EventId, null));
        backend.server.Unary<MarkFailedRequest, Empty>(
            Patch + "PatchOutboxMarkAsFailedUseCase", (mark, _) => backend.MarkRow(mark.EventId, mark.ErrorMessage));
        backend.server.Unary<ClaimPageRequest, ClaimPageResponse>(Batch + "ClaimPage", (asked, _) =>
        {
            Interlocked.Increment(ref backend.claims);
            return hasBatch ? Task.FromResult(backend.Claim(asked)) : throw new RpcException(new Status(StatusCode.Unimplemented, "no such service"));
        });
        if (!hasBatch) return backend;
        backend.server.Unary<RenewPageRequest, RenewPageResponse>(Batch + "RenewPage", (asked, _) => Task.FromResult(backend.Renew(asked.Token)));
        backend.server.Unary<MarkPageRequest, MarkPageResponse>(Batch + "MarkPage", (asked, _) => backend.MarkPageAsync(asked));
        backend.server.Unary<ReleasePageRequest, ReleasePageResponse>(Batch + "ReleasePage", (asked, _) =>
        {
            Interlocked.Increment(ref backend.releases);
            backend.End(row => row.Token == asked.Token);
            return Task.FromResult(new ReleasePageResponse());
        });
        return backend;
    }

    public void Add(string eventId, string recipient = "somebody@example.com")
    {
        var payload = new MessagePayload { Title = "t", Body = "b", Recipient = recipient, Type = "MAIL_MESSAGE" };
        lock (gate) rows.Add(new BatchRow("MESSAGE", eventId, payload));
    }

    public void AddMany(string prefix, int count)
    {
        for (var i = 0; i < count; i++) Add($"{prefix}{i}");
    }

    public int Count(string status)
    {
        lock (gate) return rows.Count(r => r.Status == status);
    }

    public IReadOnlyList<BatchRow> Rows
    {
        get
        {
            lock (gate) return [.. rows];
        }
    }

    /// <summary>Somebody else has claimed all that is pending, as if the leases had ended.</summary>
    public void ClaimForSomebodyElse(TimeSpan lease)
    {
        lock (gate)
            foreach (var row in rows.Where(r => r.Status == "PENDING"))
                (row.Token, row.ClaimedUntil) = ("somebody else's", DateTime.UtcNow + lease);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    Response FindAll(Request asked)
    {
        var answer = new Response();
        lock (gate) answer.Items.AddRange(rows.Where(r => r.EventType == asked.EventType && r.Status == asked.Status).Select(r => r.Result));
        return answer;
    }

    Task<Empty> MarkRow(string eventId, string? reason)
    {
        Interlocked.Increment(ref rowMarks);
        lock (gate)
            foreach (var row in rows.Where(r => r.EventId == eventId)) Set(row, reason);
        return Task.FromResult(new Empty());
    }

    ClaimPageResponse Claim(ClaimPageRequest asked)
    {
        lock (gate)
        {
            foreach (var row in rows.Where(r => ownerOf.GetValueOrDefault(r.Token) == asked.Owner && r.EventType == asked.EventType))
                row.ClaimedUntil = default;
            BatchRow[] pending = [.. rows.Where(r => r.EventType == asked.EventType && r.Status == "PENDING")];
            BatchRow[] claimed = [.. pending.Where(r => r.ClaimedUntil <= DateTime.UtcNow).Take(asked.Limit)];
            var answer = new ClaimPageResponse { Complete = claimed.Length == pending.Length };
            if (claimed.Length == 0) return answer;
            (answer.Token, answer.LeaseMs) = ($"{Guid.NewGuid():N}", (long)Lease.TotalMilliseconds);
            ownerOf[answer.Token] = asked.Owner;
            foreach (var row in claimed) (row.Token, row.ClaimedUntil) = (answer.Token, DateTime.UtcNow + Lease);
            answer.Rows.AddRange(claimed.Select(r => r.Result.ToByteString()));
            return answer;
        }
    }

    RenewPageResponse Renew(string token)
    {
        lock (gate)
        {
            BatchRow[] held = [.. rows.Where(r => r.Token == token && r.Status == "PENDING" && r.ClaimedUntil > DateTime.UtcNow)];
            foreach (var row in held) row.ClaimedUntil = DateTime.UtcNow + Lease;
            return new RenewPageResponse { LeaseMs = held.Length > 0 ? (long)Lease.TotalMilliseconds : 0 };
        }
    }

    async Task<MarkPageResponse> MarkPageAsync(MarkPageRequest asked)
    {
        Interlocked.Increment(ref pageMarks);
        await BeforeMarks();
        var answer = new MarkPageResponse();
        lock (gate)
        {
            var byId = rows.ToLookup(r => r.EventId, StringComparer.Ordinal);
            foreach (var id in asked.Sent) answer.Outcomes.Add(Mark(byId[id].FirstOrDefault(), asked.Token, null));
            foreach (var row in asked.Failed) answer.Outcomes.Add(Mark(byId[row.EventId].FirstOrDefault(), asked.Token, row.Reason));
        }

        return LosesAnswer() ? throw new RpcException(new Status(StatusCode.Unavailable, "the answer is lost")) : answer;
    }

    void End(Func<BatchRow, bool> which)
    {
        lock (gate)
            foreach (var row in rows.Where(which)) row.ClaimedUntil = default;
    }

    static RowOutcome Mark(BatchRow? row, string token, string? reason)
    {
        if (row is null) return RowOutcome.NoSuchRow;
        if (row.Status == (reason is null ? "SENT" : "FAILED")) return RowOutcome.Already;
        if (row.Token != token || row.Status == "SENT") return RowOutcome.Stale;
        Set(row, reason);
        return RowOutcome.Applied;
    }

    static void Set(BatchRow row, string? reason) => (row.Status, row.Reason) = reason is null ? ("SENT", "") : ("FAILED", reason);
}
