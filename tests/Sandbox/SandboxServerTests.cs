using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hobom.Slices.Protos.Law;
using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Sandbox.Rows;
using Log = Hobom.Slices.Protos.Outbox.Log;
using Space = Hobom.Slices.Protos.Outbox.Space;

namespace Hobom.Slices.Sandbox.Tests;

public sealed class SandboxServerTests : IAsyncLifetime
{
    private const string Key = "a-key";
    private const string FindMessages = "/outbox.message.FindHoBomMessageOutboxController/FindOutboxByEventTypeAndStatusUseCase";
    private const string MarkSent = "/outbox.message.PatchOutboxController/PatchOutboxMarkAsSentUseCase";
    private const string MarkFailed = "/outbox.message.PatchOutboxController/PatchOutboxMarkAsFailedUseCase";
    private const string FindLogs = "/outbox.log.FindHoBomLogOutboxController/FindLogOutboxByEventTypeAndStatusUseCase";
    private const string SpaceMarkSent = "/outbox.space.PatchHoBomSpaceOutboxController/PatchOutboxMarkAsSentUseCase";
    private const string Save = "/law.SaveStudyMaterialController/SaveStudyMaterial";

    private readonly SandboxServer _server = new(new ServeOptions { ApiKey = Key }, TimeProvider.System);
    private RawCall _main = null!;
    private RawCall _space = null!;

    public async Task InitializeAsync()
    {
        var addresses = await _server.StartAsync();
        _main = new RawCall(addresses.Main);
        _space = new RawCall(addresses.Space);
    }

    public async Task DisposeAsync()
    {
        _main.Dispose();
        _space.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_pending_message_is_found_until_it_is_marked_sent()
    {
        _server.MainRows.Add("a:1", EventTypes.Message, new MessagePayload { Title = "점심 🍜", Recipient = "a@example.com" });

        var (_, found) = await FindPendingAsync();
        var (status, _) = await _main.SendAsync<Empty>(MarkSent, new MarkRequest { EventId = "a:1" }, Key);
        var (_, rest) = await FindPendingAsync();

        Assert.Equal("점심 🍜", Assert.Single(found.Items).Payload.Title);
        Assert.Equal("0", status);
        Assert.Empty(rest.Items);
    }

    [Fact]
    public async Task The_last_mark_wins_and_its_reason_is_kept()
    {
        _server.MainRows.Add("a:1", EventTypes.Message, payload: null);

        await _main.SendAsync<Empty>(MarkSent, new MarkRequest { EventId = "a:1" }, Key);
        await _main.SendAsync<Empty>(MarkFailed, new MarkFailedRequest { EventId = "a:1", ErrorMessage = "no payload" }, Key);

        var counts = Assert.Single(_server.Summary().Events);
        Assert.Equal((0, 0, 1), (counts.Pending, counts.Sent, counts.Failed));
        Assert.Equal("no payload", Assert.Single(_server.Summary().LastFailures).Reason);
    }

    [Fact]
    public async Task Both_backends_offer_logs_each_its_own_with_its_own_form_of_time()
    {
        _server.MainRows.Add("m", EventTypes.Log, new Log.HoBomLogPayload { Level = "INFO" });
        _server.SpaceRows.Add("s", EventTypes.SpaceLog, new Log.HoBomLogPayload { Level = "WARN" });

        var (_, main) = await _main.SendAsync<Log.Response>(FindLogs, LogRequest(EventTypes.Log), Key);
        var (_, space) = await _space.SendAsync<Log.Response>(FindLogs, LogRequest(EventTypes.SpaceLog), Key);

        Assert.Equal("INFO", Assert.Single(main.Items).Payload.Level);
        Assert.EndsWith("GMT+0000 (Coordinated Universal Time)", main.Items[0].CreatedAt, StringComparison.Ordinal);
        Assert.Equal("WARN", Assert.Single(space.Items).Payload.Level);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$", space.Items[0].CreatedAt);
    }

    [Fact]
    public async Task Refusals_are_those_of_each_backend()
    {
        var unknown = new MarkRequest { EventId = "nobody" };

        Assert.Equal("2", await StatusAsync(_main, MarkSent, unknown, "wrong"));
        Assert.Equal("16", await StatusAsync(_space, SpaceMarkSent, unknown, "wrong"));
        Assert.Equal("0", await StatusAsync(_main, MarkSent, unknown, Key));
        Assert.Equal("5", await StatusAsync(_space, SpaceMarkSent, new Space.MarkRequest { EventId = "nobody" }, Key));
        Assert.Equal("2", await StatusAsync(_main, MarkSent, new MarkRequest(), Key));
        Assert.Equal("12", await StatusAsync(_main, "/no.Such/Method", unknown, Key));
    }

    [Fact]
    public async Task Study_material_is_saved_once()
    {
        var material = new SaveStudyMaterialRequest { DiffId = "d-1", Summary = "요약" };

        Assert.Equal("3", await StatusAsync(_main, Save, new SaveStudyMaterialRequest { DiffId = "d-1" }, Key));
        Assert.Equal("0", await StatusAsync(_main, Save, material, Key));
        Assert.Equal("13", await StatusAsync(_main, Save, material, Key));
    }

    private Task<(string Status, Response Message)> FindPendingAsync() =>
        _main.SendAsync<Response>(
            FindMessages, new Request { EventType = EventTypes.Message, Status = RowStatuses.Pending }, Key);

    private static Log.Request LogRequest(string eventType) => new() { EventType = eventType, Status = RowStatuses.Pending };

    private static async Task<string> StatusAsync(RawCall backend, string path, IMessage request, string key) =>
        (await backend.SendAsync<Empty>(path, request, key)).Status;
}
