using Google.Protobuf.WellKnownTypes;
using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Protos.Outbox.V1;
using Hobom.Slices.Sandbox.Rows;

namespace Hobom.Slices.Sandbox.Tests;

public sealed class BatchContractTests
{
    private const string Key = "a-key";
    private const string Claim = "/hobom.outbox.v1.OutboxBatch/ClaimPage";
    private const string Mark = "/hobom.outbox.v1.OutboxBatch/MarkPage";

    [Fact]
    public async Task A_page_is_claimed_and_marked_and_counted_as_other_marks_are()
    {
        await using var server = new SandboxServer(new ServeOptions { ApiKey = Key, Batch = true }, TimeProvider.System);
        using var main = new RawCall((await server.StartAsync()).Main);
        server.MainRows.Add("good", EventTypes.Message, new MessagePayload { Title = "점심 🍜" });
        server.MainRows.Add("poison", EventTypes.Message, payload: null);

        var (_, page) = await main.SendAsync<ClaimPageResponse>(Claim, Request(), Key);
        var rows = page.Rows.Select(QueryResult.Parser.ParseFrom).ToList();
        var marks = new MarkPageRequest
        {
            Token = page.Token, Sent = { "good" }, Failed = { new Protos.Outbox.V1.FailedRow { EventId = "poison", Reason = "no payload" } },
        };
        var (_, first) = await main.SendAsync<MarkPageResponse>(Mark, marks, Key);
        var (_, again) = await main.SendAsync<MarkPageResponse>(Mark, marks, Key);

        Assert.Equal(["점심 🍜", null], rows.Select(row => row.Payload?.Title));
        Assert.Equal((30_000, true), (page.LeaseMs, page.Complete));
        Assert.Equal([RowOutcome.Applied, RowOutcome.Applied], first.Outcomes);
        Assert.Equal([RowOutcome.Already, RowOutcome.Already], again.Outcomes);
        var counts = Assert.Single(server.Summary().Events);
        Assert.Equal((0, 1, 1), (counts.Pending, counts.Sent, counts.Failed));
        Assert.Equal("no payload", Assert.Single(server.Summary().LastFailures).Reason);
    }

    [Fact]
    public async Task To_ask_for_no_rows_claims_none_and_an_unknown_type_has_none()
    {
        await using var server = new SandboxServer(new ServeOptions { ApiKey = Key, Batch = true }, TimeProvider.System);
        using var main = new RawCall((await server.StartAsync()).Main);
        server.MainRows.Add("a", EventTypes.Message, new MessagePayload());

        var (asked, none) = await main.SendAsync<ClaimPageResponse>(Claim, Request(limit: 0), Key);
        var (_, unknown) = await main.SendAsync<ClaimPageResponse>(Claim, Request("NO_SUCH"), Key);
        var (_, page) = await main.SendAsync<ClaimPageResponse>(Claim, Request(), Key);

        Assert.Equal("0", asked);
        Assert.Empty(none.Rows);
        Assert.Empty(unknown.Rows);
        Assert.Single(page.Rows);
    }

    [Fact]
    public async Task Unless_it_is_asked_to_it_does_not_offer_the_contract()
    {
        await using var server = new SandboxServer(new ServeOptions { ApiKey = Key }, TimeProvider.System);
        using var main = new RawCall((await server.StartAsync()).Main);

        Assert.Equal("12", (await main.SendAsync<Empty>(Claim, Request(), Key)).Status);
    }

    private static ClaimPageRequest Request(string eventType = EventTypes.Message, int limit = 100) =>
        new() { EventType = eventType, Limit = limit, MaxBytes = 1 << 20, LeaseMs = 30_000, Owner = "a" };
}
