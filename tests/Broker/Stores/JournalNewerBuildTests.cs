using System.Text;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Journal;
using Hobom.Slices.Broker.Stores.Nats;
using NATS.Client.Core;
using NATS.Client.JetStream;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>What this build does not know in the log of a newer one: who passed it over would have other tables.</summary>
public sealed class JournalNewerBuildTests(BrokerRedis redis, NatsServer nats) : IClassFixture<BrokerRedis>, IClassFixture<NatsServer>
{
    readonly string name = $"events{Guid.NewGuid():N}";

    public static TheoryData<string> Commands => new(
        """{"do":"new-word"}""",
        """{"no":"word"}""",
        """{"do":"close","closings":[{"handlingId":"0198c0de-0000-7000-8000-000000000000","token":1,"end":"new-end"}],"now":"2026-01-31T12:00:00Z"}""",
        """{"do":"set-state","name":"c","state":{"state":"new-state"}}""");

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task In_redis_a_command_that_is_not_known_is_a_failure_as_long_as_it_is_there(string command)
    {
        await using var journal = redis.NewJournal(name);
        await using var store = (await JournalStore.OpenAsync(journal.Port, TimeProvider.System)).Right();
        await store.Port.Consumers.Save(Consumer("c"), default).Right();
        var db = redis.Plain.GetDatabase();
        var last = (long)await db.HashGetAsync($"{name}:journal:head", "last") + 1;
        await db.StreamAddAsync($"{name}:journal", [new("mark", "m"), new("command", command)], $"{last}-0");
        await db.HashSetAsync($"{name}:journal:head", "last", last);
        await FailsAsync(store.Port);
        await using var another = redis.NewJournal(name);
        Assert.True((await JournalStore.OpenAsync(another.Port, TimeProvider.System)).IsLeft);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task In_nats_a_command_that_is_not_known_is_a_failure_as_long_as_it_is_there(string command)
    {
        await NatsSamples.ClearAsync(nats.Url);
        var (port, connection) = await NatsSamples.NewJournalAsync(nats.Url, name);
        await using var closed = connection;
        await using var store = (await JournalStore.OpenAsync(port, TimeProvider.System)).Right();
        await store.Port.Consumers.Save(Consumer("c"), default).Right();
        await using var plain = new NatsConnection(new NatsOpts { Url = nats.Url });
        var marked = new NatsHeaders { ["Hobom-Mark"] = "m" };
        (await new NatsJSContext(plain).PublishAsync(NatsSubjects.CommandsOf(name), Encoding.UTF8.GetBytes(command), headers: marked))
            .EnsureSuccess();
        await FailsAsync(store.Port);
        var (again, other) = await NatsSamples.NewJournalAsync(nats.Url, name);
        await using var closedToo = other;
        Assert.True((await JournalStore.OpenAsync(again, TimeProvider.System)).IsLeft);
    }

    /// <summary>Twice, for what was passed over would not be met again.</summary>
    static async Task FailsAsync(BrokerStore store)
    {
        for (var n = 0; n < 2; n++)
        {
            Assert.True((await store.Append([Event("e1")], default)).IsLeft);
            Assert.True((await store.Consumers.All(default)).IsLeft);
        }
    }
}
