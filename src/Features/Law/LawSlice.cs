using Hobom.Slices.Protos.Outbox.Law;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;
using Microsoft.Extensions.DependencyInjection;

namespace Hobom.Slices.Law;

/// <summary>LAW_CHANGED: the main backend's outbox, by way of the LLM, to study material saved on the main backend.</summary>
public static class LawSlice
{
    /// <summary>In routes and log lines.</summary>
    public const string Name = "law";

    /// <summary>Of one generation.</summary>
    public static readonly TimeSpan DefaultGenerateDeadline = TimeSpan.FromSeconds(120);

    public static PayloadRules Payloads { get; } = new(LawPayloadCheck.Fault, ReadRow, LawRecord.Shape.Shown, LawRecord.Shape.Shown);

    /// <param name="kept">A space of kept values by its name, written under the flow's lease.</param>
    public static Slice Build(
        FlowDependencies tools, GrpcBackend main, GrpcBackend llm, Func<string, FlowLease, KeptValuePort> kept, TimeSpan generateDeadline)
    {
        var leases = tools.Leases(LawDecisions.Route);
        var material = new StudyMaterialClient(llm, main, generateDeadline);
        var outbox = new LawOutboxClient(main);
        var ports = new LawPorts(
            outbox.FindPendingAsync, material.GenerateAsync, material.SaveAsync,
            MessageOutboxMarks.Of(main).Under(leases), tools.Letters.Under(leases), kept("law", leases.Only()));
        var flow = new LawFlow(new LawParts(
            ports, leases.Only(), tools.Clock, tools.Chance, tools.Logs.CreateLogger($"Hobom.Slices.{LawDecisions.Route.EventType}"))
        {
            Meter = tools.Meters(Name),
        });
        return new Slice(
            Name, LawDecisions.Route, main.Address, tools.NewLoop(Name, LawDecisions.Route, flow.VisitAsync),
            new FlowOperations(flow.ReplayAsync, () => flow.IsNeighbourAway, flow.DrainAsync, flow.Pending.Has)
            {
                NewerOf = (_, _) => Task.FromResult<NewerEvent>(new NewerEvent.OwnKey()),
                HasPending = () => flow.Pending.Any,
                HolderOf = flow.HolderOf,
                AskPending = PendingIds.Of(outbox.FindPendingAsync),
                StepOf = flow.StepOfAsync,
            },
            id => id.Value, Payloads)
        {
            AddTo = parts => parts.AddSingleton(flow),
        };
    }

    static Either<string, RowValue> ReadRow(ReadOnlyMemory<byte> text) =>
        from row in RowText.Parse<QueryResult>(text)
        from law in LawDecisions.Decide(LawOutboxClient.ItemOf(row)).MapLeft(refusal => refusal.Reason)
        select new RowValue(law.Id, LawPayloadText.Format(law.Payload));
}
