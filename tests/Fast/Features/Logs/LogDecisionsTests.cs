using System.Text.Json;
using System.Text;
using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Logs;
using Hobom.Slices.Protos.Outbox.Log;

namespace Hobom.Slices.Tests.Fast.Features.Logs;

[Properties(Arbitrary = [typeof(LogPolls)], MaxTest = 300)]
public class LogDecisionsTests
{
    [Fact]
    public void A_row_becomes_the_consumers_object()
    {
        var log = new HoBomLogPayload
        {
            TraceId = "4bf92f3577b34da6", Level = "ERROR", Method = "POST", Path = "/api/v1/식단?날짜=오늘", StatusCode = 500,
            Host = "10.0.0.1", UserId = "user-7", ServiceType = "HOBOM_API_GATEWAY", Message = "요청을 \"처리\"하지 못했습니다 <&>",
            Payload = new LogPayloadDetail
            {
                Query = { ["z"] = "1", ["a"] = "", ["B"] = "2" },
                Body = { ["이름"] = "김민지" },
                Headers = { ["x-hobom-trace-id"] = "t", ["accept"] = "*/*" },
                Error = "TypeError: x\n    at y",
            },
        };

        var delivery = Assert.Single(LogRows.Plan([LogRows.Row("e:1", log)]).Deliveries());

        Assert.Equal("hobom.logs", delivery.Topic);
        Assert.Equal("hobom-log-1772715173123456700", delivery.Key);
        Assert.Equal(
            """[{"serviceType":"HOBOM_API_GATEWAY","level":"ERROR","traceId":"4bf92f3577b34da6","message":"요청을 \"처리\"하지 못했습니다 <&>","httpMethod":"POST","path":"/api/v1/식단?날짜=오늘","statusCode":500,"host":"10.0.0.1","userId":"user-7","payload":{"traceId":"4bf92f3577b34da6","level":"ERROR","method":"POST","path":"/api/v1/식단?날짜=오늘","statusCode":500,"host":"10.0.0.1","userId":"user-7","payload":{"query":{"B":"2","a":"","z":"1"},"body":{"이름":"김민지"},"headers":{"accept":"*/*","x-hobom-trace-id":"t"},"error":"TypeError: x\n    at y"},"serviceType":"HOBOM_API_GATEWAY","message":"요청을 \"처리\"하지 못했습니다 <&>"}}]""",
            Encoding.UTF8.GetString(delivery.Value.Span));
        Assert.Equal(new DeadLetterKey(new Category("log"), "e:1"), Assert.Single(delivery.Events).LetterKey);
    }

    [Fact]
    public void A_space_log_is_the_same_under_its_own_names()
    {
        var log = new HoBomLogPayload
        {
            Level = "WARN", Method = "PATCH", ServiceType = "HOBOM_SPACE", StatusCode = 404,
            Payload = new LogPayloadDetail { Error = "없는 문서" },
        };

        var plan = LogDecisions.Plan(
            [LogRow.Of(LogRows.Row("s-1", log, "SPACE_LOG"), LogFlow.Space.Route)], LogFlow.Space, new LogBatchLimits(1_000_000, 1000), LogRows.Now);
        var delivery = Assert.Single(plan.Steps.Deliveries());

        Assert.Equal("hobom.logs", delivery.Topic);
        Assert.Equal("space-log-1772715173123456700", delivery.Key);
        Assert.Equal(
            """[{"serviceType":"HOBOM_SPACE","level":"WARN","traceId":"","message":"","httpMethod":"PATCH","path":"","statusCode":404,"host":"","userId":"","payload":{"level":"WARN","method":"PATCH","statusCode":404,"payload":{"error":"없는 문서"},"serviceType":"HOBOM_SPACE"}}]""",
            Encoding.UTF8.GetString(delivery.Value.Span));
        Assert.Equal("dlq:space-log:s-1", Assert.Single(delivery.Events).LetterKey.Format());
        Assert.Equal([new RecordHeader("event-id", "s-1"), new RecordHeader("event-type", "SPACE_LOG")], delivery.Headers);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_outer_fields_are_always_there_and_empty_ones_of_the_payload_never(bool withEmptyDetail)
    {
        var log = new HoBomLogPayload { Payload = withEmptyDetail ? new LogPayloadDetail() : null };

        var delivery = Assert.Single(LogRows.Plan([LogRows.Row("e-1", log)]).Deliveries());

        Assert.Equal(
            """[{"serviceType":"","level":"","traceId":"","message":"","httpMethod":"","path":"","statusCode":0,"host":"","userId":"","payload":{}}]""",
            Encoding.UTF8.GetString(delivery.Value.Span));
    }

    [Fact]
    public void The_order_of_map_entries_on_the_wire_does_not_show()
    {
        HoBomLogPayload With(params string[] keys)
        {
            var log = LogRows.Log();
            log.Payload = new LogPayloadDetail();
            foreach (var key in keys) log.Payload.Headers[key] = "v";
            return log;
        }

        var one = LogRows.Plan([LogRows.Row("e", With("b", "a", "C", "가"))]).Deliveries()[0];
        var other = LogRows.Plan([LogRows.Row("e", With("가", "C", "a", "b"))]).Deliveries()[0];

        Assert.Equal(one.Value.ToArray(), other.Value.ToArray());
    }

    [Theory]
    [InlineData("HOBOM_MAIL", "INFO", "GET", "serviceType \"HOBOM_MAIL\"")]
    [InlineData("HOBOM_BACKEND", "TRACE", "GET", "level \"TRACE\"")]
    [InlineData("HOBOM_BACKEND", "INFO", "HEAD", "httpMethod \"HEAD\"")]
    [InlineData("HOBOM_BACKEND", "info", "GET", "level \"info\"")]
    [InlineData("HOBOM_BACKEND", "INFO", "", "httpMethod \"\"")]
    [InlineData("HOBOM_BACKEND", "INFO", "\u001b[2J\n", "httpMethod \"\\u001B[2J\\n\"")]
    public void A_row_with_a_value_that_the_consumers_do_not_know_travels_alone(
        string service, string level, string method, string shown)
    {
        var foreign = new HoBomLogPayload { ServiceType = service, Level = level, Method = method };

        var arrays = LogRows.Plan(
            [LogRows.Row("1", LogRows.Log()), LogRows.Row("2", foreign), LogRows.Row("3", LogRows.Log()), LogRows.Row("4", foreign)]);

        Assert.Equal(["1,3", "2", "4"], arrays.Deliveries().Select(d => string.Join(',', d.Ids())));
        Assert.Equal(shown, LogEnumerations.ForeignValue(foreign));
    }

    [Fact]
    public void A_long_foreign_value_is_shown_cut_between_characters()
    {
        var foreign = new HoBomLogPayload { ServiceType = "x" + string.Concat(Enumerable.Repeat("😀", 60)) };

        Assert.Equal(
            $"serviceType \"x{string.Concat(Enumerable.Repeat("\\uD83D\\uDE00", 39))}\"", LogEnumerations.ForeignValue(foreign));
    }

    [Theory]
    [InlineData("HOBOM_BACKEND HOBOM_API_GATEWAY HOBOM_MESSAGE_DELIVERY HOBOM_SPACE HOBOM_ANGEL", "DEBUG INFO WARN ERROR FATAL", "GET POST PATCH PUT DELETE")]
    public void Every_value_that_the_consumers_know_may_travel_with_others(string services, string levels, string methods)
    {
        foreach (var service in services.Split(' '))
        foreach (var level in levels.Split(' '))
        foreach (var method in methods.Split(' '))
            Assert.Null(LogEnumerations.ForeignValue(new HoBomLogPayload { ServiceType = service, Level = level, Method = method }));
    }

    [Fact]
    public void A_row_without_payload_or_event_id_is_refused_and_stops_no_other()
    {
        var steps = LogRows.Plan([LogRows.Row("1", null), LogRows.Row("", LogRows.Log()), LogRows.Row("2", LogRows.Log())]);

        Assert.Equal(
            [("dlq:log:1", "the row has no payload"), ("dlq:log:no-event-id:row-", "the row has no event id")],
            steps.Refusals().Select(r => (r.LetterKey.Format(), r.Reason)));
        Assert.Equal(["2"], Assert.Single(steps.Deliveries()).Ids());
    }

    [Fact]
    public void A_log_too_large_even_alone_is_a_record_of_its_own_and_the_rest_goes_on()
    {
        var large = LogRows.Row("large", LogRows.Log(new string('x', 3000)));

        var arrays = LogRows.Plan(
            [LogRows.Row("1", LogRows.Log()), large, LogRows.Row("2", LogRows.Log()), LogRows.Row("3", LogRows.Log())], recordBytes: 2000);

        Assert.Equal(["1", "large", "2,3"], arrays.Deliveries().Select(d => string.Join(',', d.Ids())));
    }

    /// <summary>One row that the consumers refuse must not take the whole array with it.</summary>
    [Property]
    public void A_row_that_cannot_travel_with_others_changes_nothing_for_them(LogPoll poll, int place)
    {
        OutboxItem<HoBomLogPayload>[] poison =
        [
            LogRows.Row("poison", new HoBomLogPayload { Method = "HEAD" }), LogRows.Row("poison", null),
            LogRows.Row("poison", LogRows.Log(), "LAW_CHANGED"), LogRows.Row("", LogRows.Log()) with { RowId = "poison" },
        ];
        var without = Shown(LogRows.Plan(poll.Rows, poll.RecordBytes, poll.Events));
        foreach (var row in poison)
        {
            var at = (int)((uint)place % (poll.Rows.Count + 1));
            var with = Shown(LogRows.Plan([.. poll.Rows.Take(at), row, .. poll.Rows.Skip(at)], poll.RecordBytes, poll.Events));
            Assert.Equal(without, with.Where(step => step.Ids is not ("poison" or "no-event-id:poison")));
        }
    }

    static List<(string Ids, string Key, string Value)> Shown(LanguageExt.Either<Refusal, Delivery>[] steps) =>
    [
        .. steps.Select(step => step.Match(
            Left: r => (r.LetterKey.Id, "", r.Reason),
            Right: d => (string.Join(',', d.Ids()), d.Key, Encoding.UTF8.GetString(d.Value.Span)))),
    ];

    [Fact]
    public void An_array_in_halves_holds_the_same_logs_in_the_same_order_down_to_one_each()
    {
        var whole = Assert.Single(LogRows.Plan([.. Enumerable.Range(0, 7).Select(i => LogRows.Row($"e{i}", LogRows.Log($"m{i}")))]).Deliveries());
        var single = Divided(whole).ToArray();

        Assert.Equal(whole.Events.Select(e => e.Id), single.Select(d => Assert.Single(d.Events).Id));
        Assert.All(single, d => Assert.Null(d.Halves));
        Assert.Equal(
            JsonDocument.Parse(whole.Value).RootElement.EnumerateArray().Select(e => e.GetRawText()),
            single.Select(d => Assert.Single(JsonDocument.Parse(d.Value).RootElement.EnumerateArray()).GetRawText()));
        Assert.All(single, d => Assert.Equal(whole.Key, d.Key));

        static IEnumerable<Delivery> Divided(Delivery delivery) =>
            delivery.Halves?.Invoke() is not var (first, second) ? [delivery] : Divided(first).Concat(Divided(second));
    }
}
