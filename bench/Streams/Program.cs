using Hobom.Slices.Bench.Streams;
using Hobom.Slices.Tests.Support;

const int Rounds = 3;
var entries = args is [var number] ? int.Parse(number) : 50_000;

await using var redis = await RedisServer.StartedAsync("--appendonly", "no");
await using var run = await RouterRun.ConnectAsync(redis.Address);
Console.WriteLine($"{entries} entries message_complete of 1,000 users, one stream; {Environment.ProcessorCount} cores, Redis among them");

var ratios = new List<double>();
for (var round = 1; round <= Rounds; round++)
{
    var added = await run.AddAsync(entries);
    var (routed, cpu) = await run.RouteAsync(entries);
    var bare = await run.BareStepAsync(entries);
    ratios.Add(bare / routed);
    Console.WriteLine(
        $"round {round}: XADD {entries / added:F0}/s, bare step {entries / bare:F0}/s, router {entries / routed:F0}/s, "
        + $"{cpu.TotalMilliseconds / entries * 1000:F0} ms CPU per 1,000, router to bare step {bare / routed:F2}");
}

Console.WriteLine($"median ratio {ratios.Order().ElementAt(ratios.Count / 2):F2}");
var waits = await run.LatencyAsync(500);
Console.WriteLine(
    $"at rest, XADD to state: p50 {waits[waits.Length / 2]:F2} ms, p99 {waits[waits.Length * 99 / 100]:F2} ms, most {waits[^1]:F2} ms");
await WaitingRun.PrintAsync(redis.Address);
