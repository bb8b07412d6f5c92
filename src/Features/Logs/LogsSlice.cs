using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Log;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;
using Microsoft.Extensions.DependencyInjection;

namespace Hobom.Slices.Logs;

/// <summary>HOBOM_LOG: the main backend's logs to <c>hobom.logs</c>, in arrays.</summary>
public static class LogsSlice
{
    /// <summary>In routes and log lines.</summary>
    public const string Name = "logs";

    static readonly LogBatchLimits OneAlone = new(int.MaxValue, 1);

    public static Slice Build(FlowDependencies tools, GrpcBackend main) =>
        Build(tools, main, Name, LogFlow.Main, MessageOutboxMarks.Of(main));

    /// <summary>Both flows of logs are wired alike.</summary>
    internal static Slice Build(FlowDependencies tools, GrpcBackend backend, string name, LogFlow flow, MarkPort marks)
    {
        var claims = tools.NewClaims(name, flow.Route, backend);
        var runner = tools.NewRunner(name, flow.Route, claims.Over(marks));
        var limits = new LogSplitLimits(tools.RecordByteLimit, tools.TopicByteLimit);
        var outbox = new LogOutboxClient(backend, flow.Route.EventType);
        var poller = new LogsPoller(
            outbox, claims, runner, flow,
            limits, tools.Clock,
            new ForeignValueWarnings(flow.Route.EventType, tools.Logs.CreateLogger($"Hobom.Slices.{flow.Route.EventType}")));
        return new Slice(
            name, flow.Route, backend.Address, tools.NewLoop(name, flow.Route, claims.Around(poller.VisitAsync)), runner,
            _ => flow.RecordKey(tools.Clock.GetUtcNow()), Payloads(flow), PendingIds.Of(outbox.FindAllAsync))
        {
            AskBatch = claims.AskAsync,
            AddTo = parts => parts.AddSingleton(limits),
        };
    }

    public static PayloadRules Payloads(LogFlow flow) => new(
        LogPayloadCheck.Fault, row => ReadRow(row, flow), new Visibility.Items(LogRecord.Shape.Shown), LogRecord.Row.Shown);

    static Either<string, RowValue> ReadRow(ReadOnlyMemory<byte> text, LogFlow flow) =>
        from row in RowText.Parse<QueryResult>(text)
        from delivery in LogDecisions.Plan([LogRow.Of(LogOutboxClient.ItemOf(row), flow.Route)], flow, OneAlone, DateTimeOffset.UnixEpoch)
            .Steps.Single().MapLeft(refusal => refusal.Reason)
        select new RowValue(delivery.Events[0].Id, delivery.Value);
}
