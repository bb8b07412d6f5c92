using System.Globalization;
using Hobom.Slices.Bench.Backlog;
using Hobom.Slices.Tests.Integration.Interop;
using Hobom.Slices.Tests.Support;
using Hobom.Slices.Tests.Support.Brokers;

// "report FILE ROUNDS" writes all figures; "batch ROWS" compares the batch contract with a mark for each row;
// "ROWS [DRAINS [SECONDS AT REST]]" tells of one processor and one backlog after the other.
await using var broker = TestBroker.Create();
await broker.StartAsync();
await using var redis = await RedisServer.StartedAsync();
await using var backends = await GrpcJsBackends.StartAsync();
var neighbours = new Neighbours(broker.Address, redis.Address, backends);
if (args is ["report", var file, var rounds])
{
    var report = await Report.MeasureAsync(neighbours, Number(rounds));
    await File.WriteAllTextAsync(file, report.ToString());
    return;
}

if (args is ["batch", var number])
{
    await BatchRun.MeasureAsync(neighbours, Number(number));
    return;
}

var rows = args.Length > 0 ? Number(args[0]) : 10_000;
var drains = args.Length > 1 ? Number(args[1]) : 4;
Console.WriteLine($"{rows} rows from grpc-js; {Environment.ProcessorCount} cores; {TestBroker.Kind}");
foreach (var drained in await BacklogRun.DrainAsync(neighbours, rows, drains)) Console.WriteLine(drained);
if (args.Length > 2) Console.WriteLine(await RestRun.MeasureAsync(neighbours, TimeSpan.FromSeconds(Number(args[2]))));

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
