using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.Logs;
using Hobom.Slices.Protos.Outbox.Log;
using Hobom.Slices.Protos.Outbox.Space;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Outbox;
using Hobom.Slices.Space;
using Hobom.Slices.Tests.Support;
using LanguageExt;

namespace Hobom.Slices.Tests.Integration.Interop;

/// <summary>The log and space outboxes as @grpc/grpc-js serves them.</summary>
public sealed class LogAndSpaceOutboxTests : OutboxTest
{
    static readonly object Log = new
    {
        traceId = "4bf9", level = "WARN", method = "POST", path = "/로그인", statusCode = 401, host = "10.0.0.1", userId = "김민지",
        serviceType = "HOBOM_BACKEND", message = "비밀번호가 다릅니다",
        payload = new
        {
            query = new Dictionary<string, string> { ["page"] = "1" },
            body = new Dictionary<string, string> { ["이메일"] = "minji.kim@example.com" },
            headers = new Dictionary<string, string> { ["accept"] = "*/*", ["x-hobom-trace-id"] = "t" },
            error = "Unauthorized",
        },
    };

    [Theory]
    [InlineData("main", "HOBOM_LOG")]
    [InlineData("space", "SPACE_LOG")]
    public async Task A_log_arrives_from_either_backend_with_all_that_it_has(string backend, string eventType)
    {
        await Backends.Control.AddRowsAsync(
            backend, new { eventType, eventId = "log:1", payload = Log }, new { eventType, eventId = "sent", payload = Log, status = "SENT" });

        var row = Assert.Single(await FindLogsAsync(backend is "main" ? Main : Space, eventType));

        Assert.Equal(new EventId("log:1"), row.EventId);
        Assert.Equal(eventType, row.EventType);
        Assert.Equal(
            new HoBomLogPayload
            {
                TraceId = "4bf9", Level = "WARN", Method = "POST", Path = "/로그인", StatusCode = 401, Host = "10.0.0.1", UserId = "김민지",
                ServiceType = "HOBOM_BACKEND", Message = "비밀번호가 다릅니다",
                Payload = new LogPayloadDetail
                {
                    Query = { ["page"] = "1" }, Body = { ["이메일"] = "minji.kim@example.com" },
                    Headers = { ["accept"] = "*/*", ["x-hobom-trace-id"] = "t" }, Error = "Unauthorized",
                },
            },
            row.Payload);
        Assert.InRange(row.CreatedAt!.Value, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [Fact]
    public async Task A_row_without_payload_or_event_id_is_told_from_an_empty_one()
    {
        await Backends.Control.AddRowsAsync(
            "main",
            new { eventType = "HOBOM_LOG", eventId = "none" },
            new { eventType = "HOBOM_LOG", eventId = "empty", payload = new { } },
            new { eventType = "HOBOM_LOG", eventId = "", payload = Log });

        var rows = (await FindLogsAsync(Main, "HOBOM_LOG")).ToDictionary(r => r.EventId?.Value ?? "");

        Assert.Null(rows["none"].Payload);
        Assert.Equal(new HoBomLogPayload(), rows["empty"].Payload);
        Assert.Null(rows[""].EventId);
        using var raw = JsonDocument.Parse(rows[""].Raw());
        Assert.Equal("비밀번호가 다릅니다", raw.RootElement.GetProperty("payload").GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_space_event_arrives_with_every_digit_of_its_page_id_and_oldest_first()
    {
        object Event(string id, string at) => new
        {
            eventType = "SPACE_EVENT", eventId = id, createdAt = at,
            payload = new
            {
                entityType = "PAGE", action = "UPDATED", spaceKey = "개발", pageId = "9007199254740993", title = "회의록", actorId = "",
            },
        };
        await Backends.Control.AddRowsAsync(
            "space", Event("later", "2026-03-05T12:51:14.0000000Z"), Event("sooner", "2026-03-05T12:51:13.1234567Z"));

        var found = await new SpaceOutboxClient(Space).FindAllAsync(CancellationToken.None).WholeAsync();
        var rows = Right(found).Select(row => row.Read()).ToArray();

        Assert.Equal(["sooner", "later"], rows.Select(r => r.EventId!.Value.Value));
        Assert.Equal(new DateTimeOffset(2026, 3, 5, 12, 51, 13, TimeSpan.Zero).AddTicks(1234567), rows[0].CreatedAt);
        Assert.Equal(
            new SpaceEventPayload { EntityType = "PAGE", Action = "UPDATED", SpaceKey = "개발", PageId = 9007199254740993, Title = "회의록" },
            rows[0].Payload);
    }

    [Fact]
    public async Task Marks_of_space_rows_go_to_the_space_backend()
    {
        await Backends.Control.AddRowsAsync(
            "space", new { eventType = "SPACE_LOG", eventId = "a:1", payload = Log }, new { eventType = "SPACE_EVENT", eventId = "b", payload = new { } });
        var marks = SpaceOutboxMarks.Of(Space);

        Assert.Equal(MarkOutcome.Marked, Right(await marks.Sent(new EventId("a:1"))));
        Assert.Equal(MarkOutcome.Marked, Right(await marks.Failed(new EventId("b"), "너무 큽니다")));

        var rows = (await Backends.Control.RowsAsync("space")).ToDictionary(r => r.EventId);
        Assert.Equal("SENT", rows["a:1"].Status);
        Assert.Equal(("FAILED", "너무 큽니다"), (rows["b"].Status, rows["b"].LastError));
    }

    [Fact]
    public async Task A_mark_of_a_row_that_is_gone_is_settled_whatever_the_backend_answers()
    {
        Assert.Equal(MarkOutcome.NoSuchRow, Right(await SpaceOutboxMarks.Of(Space).Sent(new EventId("gone"))));
        Assert.Equal(MarkOutcome.NoSuchRow, Right(await SpaceOutboxMarks.Of(Space).Failed(new EventId("gone"), "why")));
        Assert.Equal(MarkOutcome.Marked, Right(await MessageOutboxMarks.Of(Main).Sent(new EventId("gone"))));
    }

    [Fact]
    public async Task A_row_that_the_space_backend_cannot_read_fails_the_find_of_its_type_alone()
    {
        await Backends.Control.AddRowsAsync(
            "space", new { eventType = "SPACE_EVENT", eventId = "bad", payload = new { }, unreadable = true },
            new { eventType = "SPACE_LOG", eventId = "good", payload = Log });

        Assert.True((await new SpaceOutboxClient(Space).FindAllAsync(CancellationToken.None).WholeAsync()).IsLeft);
        Assert.Single(await FindLogsAsync(Space, "SPACE_LOG"));
    }

    static async Task<IReadOnlyList<OutboxItem<HoBomLogPayload>>> FindLogsAsync(GrpcBackend backend, string eventType) =>
        [.. Right(await new LogOutboxClient(backend, eventType).FindAllAsync(CancellationToken.None).WholeAsync()).Select(row => row.Read())];

    static T Right<T>(Either<CallFailure, T> answer) =>
        answer.Match(Left: failure => throw new InvalidOperationException(failure.ToString()), Right: value => value);
}
