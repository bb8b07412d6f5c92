using BenchmarkDotNet.Attributes;

namespace Hobom.Slices.Bench.HotPieces;

/// <summary>Time and memory are of one event.</summary>
[MemoryDiagnoser]
public class PieceBenchmarks
{
    readonly RelayPieces relay = new();
    readonly EventPieces events = new();

    [Benchmark(OperationsPerInvoke = RelayPieces.Rows)]
    public int DecodeFindAnswer() => relay.DecodeFindAnswer();

    [Benchmark(OperationsPerInvoke = RelayPieces.Rows)]
    public int WriteMessage() => relay.WriteMessage();

    [Benchmark(OperationsPerInvoke = RelayPieces.Rows)]
    public int WriteSpaceEvent() => relay.WriteSpaceEvent();

    [Benchmark(OperationsPerInvoke = RelayPieces.Rows)]
    public int WriteLogs() => relay.WriteLogs();

    [Benchmark(OperationsPerInvoke = RelayPieces.Rows)]
    public int MakeKafkaRecord() => relay.MakeKafkaRecord();

    [Benchmark(OperationsPerInvoke = RelayPieces.Rows)]
    public int DeliverAndSettle() => relay.DeliverAndSettle();

    [Benchmark(OperationsPerInvoke = EventPieces.Events)]
    public int MatchPatterns() => events.MatchPatterns();

    [Benchmark(OperationsPerInvoke = EventPieces.Events)]
    public int RouteStreamEntry() => events.RouteStreamEntry();
}
