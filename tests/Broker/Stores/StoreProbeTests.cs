using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Broker.Stores;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>What <c>hobom doctor</c> says of the broker's store.</summary>
public sealed class StoreProbeTests(BrokerRedis redis, NatsServer nats) : IClassFixture<BrokerRedis>, IClassFixture<NatsServer>
{
    public static TheoryData<string> Providers => [.. Enum.GetNames<BrokerProvider>()];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_store_that_is_away_is_told_whichever_it_is(string provider)
    {
        var away = $"127.0.0.1:{LoopbackPort.Free()}";
        var settings = Settings(Enum.Parse<BrokerProvider>(provider)) with
        {
            SqliteFile = "/no/such/folder/events.db", Database = $"Host=127.0.0.1;Port={LoopbackPort.Free()};Username=x;Database=x",
            RedisAddress = away, NatsUrl = $"nats://{away}",
        };
        var problem = await StoreProbe.AskAsync(settings, default);
        Assert.Equal(settings.Provider is BrokerProvider.Memory, string.IsNullOrEmpty(problem));
    }

    [Fact]
    public async Task A_redis_and_a_nats_that_answer_are_well_and_nothing_is_made_in_them()
    {
        await NatsSamples.ClearAsync(nats.Url);
        Assert.Null(await StoreProbe.AskAsync(Settings(BrokerProvider.Redis), default));
        Assert.Null(await StoreProbe.AskAsync(Settings(BrokerProvider.Nats), default));
        Assert.Empty(redis.Plain.GetServers()[0].Keys());
        await using var plain = new NatsConnection(new NatsOpts { Url = nats.Url });
        var names = new List<string>();
        await foreach (var name in new NatsJSContext(plain).ListStreamNamesAsync()) names.Add(name);
        Assert.Empty(names);
    }

    [Fact]
    public async Task The_brokers_own_stream_is_well()
    {
        await NatsSamples.ClearAsync(nats.Url);
        var (_, connection) = await NatsSamples.NewJournalAsync(nats.Url, "EVENTS");
        await using var closed = connection;
        Assert.Null(await StoreProbe.AskAsync(Settings(BrokerProvider.Nats), default));
    }

    [Theory]
    [InlineData(true, "another program's")]
    [InlineData(false, "a limit of age")]
    public async Task A_stream_of_the_name_that_is_made_otherwise_is_told(bool isAnothers, string problem)
    {
        await NatsSamples.ClearAsync(nats.Url);
        await using var plain = new NatsConnection(new NatsOpts { Url = nats.Url });
        var config = isAnothers
            ? new StreamConfig("EVENTS", ["shop.>"])
            : new StreamConfig("EVENTS", ["events.>", "journal.EVENTS"]) { MaxAge = TimeSpan.FromHours(24) };
        await new NatsJSContext(plain).CreateStreamAsync(config);
        Assert.Contains(problem, await StoreProbe.AskAsync(Settings(BrokerProvider.Nats), default), StringComparison.Ordinal);
    }

    BrokerSettings Settings(BrokerProvider provider)
    {
        var read = BrokerSettingsReader.Read(new Dictionary<string, string> { ["HOBOM_BROKER_PROVIDER"] = "memory" });
        return read.Match(s => s, _ => throw new InvalidOperationException()).Match(s => s, () => throw new InvalidOperationException()) with
        {
            Provider = provider, RedisAddress = redis.Server.Address, NatsUrl = nats.Url, NatsStream = "EVENTS",
        };
    }
}
