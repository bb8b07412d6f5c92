using System.Globalization;
using Hobom.Slices.Bench.Backlog;
using Hobom.Slices.Tests.Support;
using Hobom.Slices.Tests.Support.Brokers;

// "report FILE ROUNDS [PARTS]" writes all figures. "ROWS [DRAINS [SECONDS AT REST]]" tells of one processor and one backlog after the
// other, "overdriven MINUTES [TIMES]" of one that more comes to than goes. These take "--threads" for the outbox with several
// threads and "--mock" for the mock broker, and so do "bare ROWS [ROUNDS]", which tells what the neighbours give without a processor, and
// "batch ROWS", which compares the batch contract with a mark for each row.
string[] words = [.. args.Where(a => !a.StartsWith("--", StringComparison.Ordinal))];
await using var redis = await RedisServer.StartedAsync();
if (words is ["report", var file, var rounds, .. var parts])
{
    await File.WriteAllTextAsync(file, (await Report.MeasureAsync(redis.Address, Number(rounds), ReportParts.Named(parts))).ToString());
    return;
}

await using var mock = args.Contains("--mock") ? await MockKafka.StartAsync() : null;
await using var broker = mock is null ? TestBroker.Create() : null;
if (broker is not null) await broker.StartAsync();
await using Outbox outbox = args.Contains("--threads") || words is ["overdriven", ..]
    ? await ManyThreadedOutbox.StartAsync()
    : await GrpcJsOutbox.StartAsync();
var neighbours = new Neighbours(mock?.Address ?? broker!.Address, redis.Address, outbox);
Console.WriteLine(
    $"outbox: {outbox.Name}; {Environment.ProcessorCount} cores; {(mock is null ? TestBroker.Kind : "mock broker of librdkafka")}");
if (words is ["overdriven", var minutes, .. var more])
{
    var times = more is [var factor] ? double.Parse(factor, CultureInfo.InvariantCulture) : OverdrivenText.UsualTimes;
    var seen = await OverdrivenRun.MeasureAsync(neighbours, TimeSpan.FromMinutes(Number(minutes)), times);
    foreach (var line in OverdrivenText.Of(seen)) Console.WriteLine(line);
    return;
}

if (words is ["bare", var bareRows, .. var again])
{
    for (var round = 0; round < (again is [var count] ? Number(count) : 1); round++)
        Console.WriteLine(await RawLimits.MeasureAsync(neighbours, Number(bareRows)));
    return;
}

if (words is ["batch", var batchRows])
{
    await BatchRun.MeasureAsync(neighbours, Number(batchRows));
    return;
}

var rows = words.Length > 0 ? Number(words[0]) : 10_000;
var drains = words.Length > 1 ? Number(words[1]) : 4;
Console.WriteLine($"{rows} rows");
foreach (var drained in await BacklogRun.DrainAsync(neighbours, rows, drains)) Console.WriteLine(drained);
if (words.Length > 2) Console.WriteLine(await RestRun.MeasureAsync(neighbours, TimeSpan.FromSeconds(Number(words[2]))));

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
