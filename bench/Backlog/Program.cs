using Hobom.Slices.Bench.Backlog;
using Hobom.Slices.Tests.Integration.Interop;
using Hobom.Slices.Tests.Support;
using Hobom.Slices.Tests.Support.Brokers;

const int Rounds = 3;
var rows = args is [var number] ? int.Parse(number) : 10_000;

await using var broker = TestBroker.Create();
await broker.StartAsync();
await using var redis = await RedisServer.StartedAsync();
await using var backends = await GrpcJsBackends.StartAsync();
var neighbours = new Neighbours(broker.Address, redis.Address, backends);

Console.WriteLine($"{rows} rows from grpc-js, first find to last mark by the server's clock; {Environment.ProcessorCount} cores");
Console.WriteLine($"broker: {TestBroker.Kind}");
var processor = new List<TimeSpan>();
var loop = new List<TimeSpan>();
for (var round = 1; round <= Rounds; round++)
{
    processor.Add(await BacklogRun.TimeAsync(neighbours, rows, ProcessorUnderTest.RunAsync));
    loop.Add(await BacklogRun.TimeAsync(neighbours, rows, PlainLoop.RunAsync));
    Console.WriteLine($"round {round}: processor {processor[^1].TotalSeconds:F2} s, plain loop {loop[^1].TotalSeconds:F2} s");
}

var (fast, slow) = (Median(processor), Median(loop));
Console.WriteLine(
    $"median: processor {fast.TotalSeconds:F2} s ({rows / fast.TotalSeconds:F0} rows/s), "
    + $"plain loop {slow.TotalSeconds:F2} s ({rows / slow.TotalSeconds:F0} rows/s), ratio {slow / fast:F1}");

static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);
