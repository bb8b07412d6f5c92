using FsCheck;
using FsCheck.Fluent;
using Hobom.Slices.Core;
using Hobom.Slices.Logs;
using Hobom.Slices.Protos.Outbox.Log;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Features.Logs;

/// <summary>Rows of a log outbox by hand.</summary>
static class LogRows
{
    public static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddTicks(17_727_151_731_234_567);

    public static OutboxItem<HoBomLogPayload> Row(string id, HoBomLogPayload? payload, string eventType = "HOBOM_LOG") =>
        new($"row-{id}", id.Length == 0 ? null : new EventId(id), eventType, payload, null, () => "{}"u8.ToArray());

    public static HoBomLogPayload Log(string message = "ok") =>
        new() { ServiceType = "HOBOM_BACKEND", Level = "INFO", Method = "GET", Message = message };

    public static Either<Refusal, Delivery>[] Plan(
        IReadOnlyList<OutboxItem<HoBomLogPayload>> rows, int recordBytes = 1_000_000, int events = 1000) =>
        [.. LogDecisions.Plan([.. rows.Select(row => LogRow.Of(row, LogFlow.Main.Route))], LogFlow.Main, new LogBatchLimits(recordBytes, events), Now).Steps];

    public static IReadOnlyList<Delivery> Deliveries(this IEnumerable<Either<Refusal, Delivery>> steps) =>
        [.. steps.SelectMany(step => step.RightToArray())];

    public static IReadOnlyList<Refusal> Refusals(this IEnumerable<Either<Refusal, Delivery>> steps) =>
        [.. steps.SelectMany(step => step.LeftToArray())];

    public static IEnumerable<string> Ids(this Delivery delivery) => delivery.Events.Select(e => e.Id.Value);
}

/// <summary>What a poll of a log outbox may give, hostile rows included.</summary>
public sealed record LogPoll(IReadOnlyList<OutboxItem<HoBomLogPayload>> Rows, int RecordBytes, int Events)
{
    public override string ToString() =>
        $"{Rows.Count} rows ({string.Join(' ', Rows.Select(r => $"{r.EventId}:{r.Payload?.Method ?? "-"}:{r.Payload?.Message.Length}"))}), "
        + $"record limit {RecordBytes}, {Events} events";
}

public static class LogPolls
{
    static readonly Gen<string> Texts = Gen.Elements("", "ok", "요청을 처리하지 못했습니다", "\"quoted\"\n\u0001\u2028", "😀", new string('가', 300));

    static readonly Gen<HoBomLogPayload> Payloads =
        from service in Gen.Elements("HOBOM_BACKEND", "HOBOM_ANGEL")
        from level in Gen.Elements("DEBUG", "FATAL")
        from method in Gen.Frequency((8, Gen.Elements("GET", "DELETE")), (1, Gen.Elements("HEAD", "", "get", new string('\u001b', 99))))
        from message in Texts
        from detail in Gen.OneOf(Gen.Constant<LogPayloadDetail?>(null), Texts.Select(error => (LogPayloadDetail?)new LogPayloadDetail { Error = error }))
        select new HoBomLogPayload { ServiceType = service, Level = level, Method = method, Message = message, Payload = detail };

    static readonly Gen<OutboxItem<HoBomLogPayload>> Rows =
        from kind in Gen.Choose(0, 19)
        from number in Gen.Choose(0, int.MaxValue)
        from length in Gen.Choose(0, 40)
        from payload in Payloads
        select LogRows.Row(
            kind == 0 ? "" : $"{number}:{new string('é', length)}", kind == 1 ? null : payload, kind == 2 ? "MESSAGE" : "HOBOM_LOG");

    public static Arbitrary<LogPoll> Polls() => Arb.From(
        from rows in Rows.ListOf()
        from recordBytes in Gen.Choose(300, 6000)
        from events in Gen.Choose(1, 8)
        select new LogPoll([.. rows.DistinctBy(r => r.EventId?.Value ?? r.RowId)], recordBytes, events));
}
