using System.Buffers.Binary;
using System.Security.Cryptography;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Journal;
using Hobom.Slices.Broker.Stores.Nats;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using NATS.Client.ObjectStore;
using StackExchange.Redis;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>
/// A journal as the builds wrote it whose entries had no marks: they made other handlings of some commands. A state that they kept is gone
/// on with; a command of theirs behind it is not read.
/// </summary>
public sealed class JournalOlderBuildTests(BrokerRedis redis, NatsServer nats) : IClassFixture<BrokerRedis>, IClassFixture<NatsServer>
{
    readonly string name = $"events{Guid.NewGuid():N}";

    /// <summary>The ids of handlings came from their commands' places alone, and later commands name them.</summary>
    static readonly JournalCommand[] Commands =
    [
        new JournalCommand.Begin(), new JournalCommand.SaveConsumer(ConsumerRow.Of(Consumer("c"))),
        new JournalCommand.Append([EventJson.Write(Event("e1"))]), new JournalCommand.Append([EventJson.Write(Event("e2"))]),
        new JournalCommand.Route(10, Noon), new JournalCommand.Claim(new ClaimRequest("c", false, "old", Noon, Lease, 1, false)),
        new JournalCommand.Close([new ClosingText(IdOf(5, 0), 1, "done", null, null)], Noon),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_redis_its_state_is_gone_on_with_and_its_commands_are_refused(bool isKept)
    {
        var db = redis.Plain.GetDatabase();
        for (var n = 0; n < Commands.Length; n++)
            await db.StreamAddAsync($"{name}:journal", "command", Commands[n].Write(), $"{n + 1}-0");
        await db.HashSetAsync($"{name}:journal:head", [new("epoch", "old"), new("last", Commands.Length)]);
        if (isKept)
        {
            var (position, bytes) = await KeptAsync();
            await db.HashSetAsync($"{name}:journal:head", [new("kept", position), new("state", bytes)]);
            await db.ExecuteAsync("XTRIM", $"{name}:journal", "MINID", $"{position + 1}-0");
        }

        await using var one = redis.NewJournal(name);
        await using var two = redis.NewJournal(name);
        if (!isKept)
        {
            await RefusedAsync(one.Port);
            return;
        }

        await using var first = (await JournalStore.OpenAsync(one.Port, TimeProvider.System)).Right();
        await using var second = (await JournalStore.OpenAsync(two.Port, TimeProvider.System)).Right();
        await GoesOnAsync(first.Port, second.Port);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_nats_its_state_is_gone_on_with_and_its_commands_are_refused(bool isKept)
    {
        await NatsSamples.ClearAsync(nats.Url);
        var (port, connection) = await NatsSamples.NewJournalAsync(nats.Url, name);
        await using var closed = connection;
        await using var plain = new NatsConnection(new NatsOpts { Url = nats.Url });
        var js = new NatsJSContext(plain);
        foreach (var command in Commands)
        {
            var (subject, body) = command is JournalCommand.Append append
                ? (NatsSubjects.Of(EventJson.Read(append.Events[0])), append.Events[0])
                : (NatsSubjects.CommandsOf(name), command.Write());
            (await js.PublishAsync(subject, body)).EnsureSuccess();
        }

        if (isKept)
        {
            var (position, bytes) = await KeptAsync();
            await new NatsStates(js, $"{name}_STATE", false, new string('0', 32)).AddAsync(position, "", bytes, default);
            await js.PurgeStreamAsync(name, new StreamPurgeRequest { Seq = position + 1 });
        }

        var (other, otherConnection) = await NatsSamples.NewJournalAsync(nats.Url, name);
        await using var closedToo = otherConnection;
        if (!isKept)
        {
            await RefusedAsync(port);
            return;
        }

        await using var first = (await JournalStore.OpenAsync(port, TimeProvider.System)).Right();
        await using var second = (await JournalStore.OpenAsync(other, TimeProvider.System)).Right();
        await GoesOnAsync(first.Port, second.Port);
    }

    static async Task RefusedAsync(JournalPort port)
    {
        var opened = await JournalStore.OpenAsync(port, TimeProvider.System);
        Assert.Contains(JournalEntry.Unmarked, opened.Match(_ => "", failure => failure.Message), StringComparison.Ordinal);
    }

    /// <summary>Older still: one object that was written over, at a position that nobody can tell.</summary>
    [Fact]
    public async Task In_nats_a_state_without_a_position_is_none()
    {
        await NatsSamples.ClearAsync(nats.Url);
        var (port, connection) = await NatsSamples.NewJournalAsync(nats.Url, name);
        await using var closed = connection;
        await using var plain = new NatsConnection(new NatsOpts { Url = nats.Url });
        var js = new NatsJSContext(plain);
        for (var n = 0; n < 3; n++) (await js.PublishAsync(NatsSubjects.CommandsOf(name), new JournalCommand.Begin().Write())).EnsureSuccess();
        await js.PurgeStreamAsync(name, new StreamPurgeRequest { Seq = 4 });
        await (await new NatsObjContext(js).CreateObjectStoreAsync($"{name}_STATE")).PutAsync("state", (await KeptAsync()).Bytes);
        var opened = await JournalStore.OpenAsync(port, TimeProvider.System);
        Assert.Contains("no kept state has them", opened.Match(_ => "", failure => failure.Message), StringComparison.Ordinal);
    }

    static async Task GoesOnAsync(BrokerStore first, BrokerStore second)
    {
        Assert.Equal(EventStatus.Completed, (await first.OneAsync("e1")).Status);
        var held = Assert.Single(await second.ClaimAsync("c"));
        Assert.Equal((IdOf(5, 1), "e2"), (held.HandlingId, held.Event.Id));
        await first.AppendAsync(Event("e3"));
        await first.RouteAsync();
        Assert.True(await first.CloseAsync(held, new TryEnd.Done()));
        Assert.Equal(["e3"], (await second.ClaimAsync("c")).Select(c => c.Event.Id));
        Assert.Equal(2, (await first.Read.Count(default).Right()).Completed);
    }

    /// <summary>As of the last command.</summary>
    static async Task<KeptState> KeptAsync()
    {
        var replica = new JournalReplica(JournalReplica.EventLimit, TimeProvider.System);
        for (var n = 0; n < Commands.Length; n++) await replica.ApplyAsync(new JournalEntry((ulong)n + 1, "", Commands[n]));
        return replica.Keep();
    }

    static Guid IdOf(ulong position, int number)
    {
        var seed = new byte[12];
        BinaryPrimitives.WriteUInt64BigEndian(seed, position);
        BinaryPrimitives.WriteInt32BigEndian(seed.AsSpan(8), number);
        return new Guid(SHA256.HashData(seed).AsSpan(0, 16));
    }
}
