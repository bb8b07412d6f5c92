using System.Text;
using FsCheck.Xunit;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Journal;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>What NATS takes in one message (max_payload, 1 MiB unless it is set) is less than a batch or a repaired payload may have.</summary>
public sealed class NatsSizeTests(NatsServer nats) : IClassFixture<NatsServer>, IAsyncLifetime
{
    readonly string name = $"events{Guid.NewGuid():N}";
    readonly List<IAsyncDisposable> opened = [];

    public Task InitializeAsync() => NatsSamples.ClearAsync(nats.Url);

    public async Task DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(opened)) await one.DisposeAsync();
    }

    [Fact]
    public async Task A_batch_that_is_too_much_as_it_is_goes_zipped()
    {
        var store = await StoreAsync();
        await store.AppendAsync([.. Enumerable.Range(0, 200).Select(n => Event($"e{n}", payload: Words(8_000, n)))]);
        var found = await (await StoreAsync()).Read.List(new EventFilter(), 300, default).Right();
        Assert.Equal(200, found.Count);
        Assert.Equal(Words(8_000, 7), TextOf(found.Single(e => e.Event.Id == "e7").Event.Payload));
    }

    [Fact]
    public async Task A_repaired_payload_that_is_too_much_as_it_is_goes_zipped()
    {
        var store = await StoreAsync();
        await store.Consumers.Save(Consumer("c"), default).Right();
        await store.AppendAsync(Event("e1"));
        await store.RouteAsync();
        var held = Assert.Single(await store.ClaimAsync("c"));
        await store.CloseAsync(held, new TryEnd.Dead("no"));
        var edited = Encoding.UTF8.GetBytes(Chance(900_000));
        Assert.True(await store.Dead.Revive(held.HandlingId, new ReadOnlyMemory<byte>(edited), Noon, default).Right());
        var again = (await (await StoreAsync()).Dead.One(held.HandlingId, default).Right()).First();
        Assert.True(again.Edited.Match(b => b.Span.SequenceEqual(edited), () => false));
    }

    /// <summary>Others do not see such an event: its metadata are in it twice.</summary>
    [Fact]
    public async Task An_event_within_the_limits_of_events_is_taken()
    {
        var store = await StoreAsync();
        await store.AppendAsync(Event("e1", payload: Chance(1_000_000)) with { Metadata = $$$"""{"a":{{{Words(60_000, 1)}}}}""" });
        Assert.Equal(1_000_000, TextOf((await (await StoreAsync()).OneAsync("e1")).Event.Payload).Length);
    }

    [Fact]
    public async Task What_is_too_much_in_any_form_is_refused_by_name_and_nothing_of_it_is_stored()
    {
        var store = await StoreAsync();
        var refused = await store.Append([.. Enumerable.Range(0, 20).Select(n => Event($"e{n}", payload: Chance(100_000)))], default);
        var large = Assert.IsType<AppendRefusal.TooLarge>(refused.Match(_ => null!, l => l));
        Assert.Equal(1_048_576, large.Limit);
        Assert.True(large.Bytes > large.Limit);
        await store.AppendAsync(Event("later"));
        Assert.Equal(["later"], (await store.Read.List(new EventFilter(), 10, default).Right()).Select(e => e.Event.Id));
    }

    [Property]
    public bool What_is_zipped_is_read_as_it_was(byte[] one, string other)
    {
        var command = new JournalCommand.Append([one, Encoding.UTF8.GetBytes(other ?? ""), [], [0xff, 0x3d], [0x3d]]);
        var read = (JournalCommand.Append)JournalCommand.Read(command.WriteZipped());
        return read.Events.Zip(command.Events).All(p => p.Item1.AsSpan().SequenceEqual(p.Item2)) && read.Events.Count == 5;
    }

    /// <summary>A JSON text that packs well.</summary>
    static string Words(int length, int number) => $"\"{string.Concat(Enumerable.Repeat($"word {number} ", length)).AsSpan(0, length - 2)}\"";

    /// <summary>A JSON text that packs to about three quarters.</summary>
    static string Chance(int length)
    {
        var bytes = new byte[length];
        Random.Shared.NextBytes(bytes);
        return $"\"{Convert.ToBase64String(bytes).Replace('+', '-').AsSpan(0, length - 2)}\"";
    }

    static string TextOf(Option<ReadOnlyMemory<byte>> payload) => payload.Match(p => Encoding.UTF8.GetString(p.Span), () => "");

    async Task<BrokerStore> StoreAsync()
    {
        var (port, connection) = await NatsSamples.NewJournalAsync(nats.Url, name);
        opened.Add(connection);
        var store = (await JournalStore.OpenAsync(port, TimeProvider.System)).Right();
        opened.Add(store);
        return store.Port;
    }
}
