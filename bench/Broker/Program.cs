using Hobom.Slices.Bench.Broker;
using Hobom.Slices.Tests.Broker.Stores;
using Hobom.Slices.Tests.Support.Brokers;

// EVENTS [handler,latency,memory,kafka]; or "relay PG_PORT KAFKA_HOST:PORT STATE_DIR [ordered]", to be measured beside other relays.
if (args is ["relay", var port, var address, var state, .. var order])
{
    await PeerRelay.RunAsync(int.Parse(port), address, state, order is ["ordered"]);
    return;
}

var events = args is [var number, ..] ? int.Parse(number) : 20_000;
string[] parts = args is [_, var list] ? list.Split(',') : ["handler", "latency", "memory", "kafka"];
Console.WriteLine($"{events} events of 300 bytes, 1,000 keys; {Environment.ProcessorCount} cores, the database and Kafka among them");

using var cluster = PostgresCluster.Durable();
var limits = await StoreLimits.MeasureAsync(await cluster.NewDatabaseAsync(), events);
Console.WriteLine(
    $"postgres raw: COPY {limits.Copied:F0} rows/s, single commits {limits.Commits:F0}/s, SKIP LOCKED of 1,000 with UPDATE "
    + $"{limits.Claimed:F0} rows/s");

var folder = Directory.CreateTempSubdirectory("hobom-bench-").FullName;
foreach (var (name, provider) in ((string, BrokerUnderTest.Provider)[])
         [("postgres", new BrokerUnderTest.Postgres(await cluster.NewDatabaseAsync())),
          ("sqlite", new BrokerUnderTest.Sqlite(Path.Combine(folder, "events.db")))])
{
    await using var broker = await BrokerUnderTest.StartAsync(provider, null);
    if (parts.Contains("handler"))
    {
        var warm = await broker.HandleAsync(events / 10, writing: false);
        var once = await broker.HandleAsync(events, writing: false);
        var twice = await broker.HandleAsync(2 * events, writing: false);
        var writing = await broker.HandleAsync(events, writing: true);
        Console.WriteLine(
            $"{name} to a C# handler in its transaction: {once.PerSecond:F0}/s (first {events / 10}: {warm.PerSecond:F0}/s), "
            + $"{once.CpuMsPerThousand:F0} ms CPU per 1,000; twice the events take {twice.Seconds / once.Seconds:F2} times as long"
            + $"; one that writes a row there {writing.PerSecond:F0}/s, {writing.CpuMsPerThousand:F0} ms"
            + (name == "postgres" ? $"; to claim and close bare {once.PerSecond / limits.Claimed:F2}" : ""));
    }

    foreach (var (rate, count) in parts.Contains("latency") ? ((int, int)[])[(10, 200), (100, 1000)] : [])
    {
        var waits = await broker.LatencyAsync(rate, count);
        Console.WriteLine(
            $"{name}, publish to handler at {rate}/s: p50 {waits[waits.Length / 2]:F1} ms, p99 {waits[waits.Length * 99 / 100]:F1} ms");
    }

    if (parts.Contains("memory")) Console.WriteLine($"{name}, 100,000 waiting events: {await broker.WaitingMemoryAsync(100_000):F0} MiB more");
}

if (parts.Contains("kafka") && KraftBroker.Home is { } home)
{
    await using var kafka = new KraftBroker(home);
    await kafka.StartAsync();
    await kafka.CreateTopicAsync("bench", 4);
    var produced = await ProduceLimit.MeasureAsync(kafka.Address, "bench", events);
    Console.WriteLine($"kafka raw: {produced:F0} records/s produced");
    await using var broker = await BrokerUnderTest.StartAsync(
        new BrokerUnderTest.Postgres(await cluster.NewDatabaseAsync()), kafka.Address);
    var warm = await broker.RelayAsync("bench", events / 10);
    var once = await broker.RelayAsync("bench", events);
    Console.WriteLine(
        $"postgres to Kafka: {once.PerSecond:F0}/s (first {events / 10}: {warm.PerSecond:F0}/s), {once.CpuMsPerThousand:F0} ms CPU per "
        + $"1,000; to claim and close bare {once.PerSecond / limits.Claimed:F2}, to produce bare {once.PerSecond / produced:F2}");
}
else
{
    Console.WriteLine("nothing is relayed: KAFKA_HOME is not set, or another part was asked for");
}

Directory.Delete(folder, recursive: true);
