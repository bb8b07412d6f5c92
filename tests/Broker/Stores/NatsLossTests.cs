using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Journal;
using Hobom.Slices.Broker.Stores.Nats;
using Hobom.Slices.Core;
using LanguageExt;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>A stream that is gone, emptied or has holes while processes run, and what those who know more make of it.</summary>
public sealed class NatsLossTests(NatsServer nats) : IClassFixture<NatsServer>, IAsyncLifetime
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    readonly string name = $"events{Guid.NewGuid():N}";
    readonly List<IAsyncDisposable> opened = [];
    NatsConnection plain = null!;
    NatsJSContext js = null!;

    public async Task InitializeAsync()
    {
        await NatsSamples.ClearAsync(nats.Url);
        plain = new NatsConnection(new NatsOpts { Url = nats.Url });
        js = new NatsJSContext(plain);
        opened.Add(plain);
    }

    public async Task DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(opened)) await one.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_in_memory_that_went_with_its_server_is_made_anew_and_gets_the_open_events()
    {
        var store = await StoreAsync(inMemory: true);
        await OneIsDoneOfThreeAsync(store);
        await nats.KillAsync();
        await nats.StartAsync();
        await TwoAreThereAsync(store, await StoreAsync(inMemory: true));
    }

    /// <summary>States that were kept of it are still there, and are none of the new one's.</summary>
    [Theory]
    [InlineData(JournalFollower.KeepInterval)]
    [InlineData(2)]
    public async Task A_stream_that_somebody_removed_is_made_anew_and_gets_the_open_events(int keepInterval)
    {
        var store = await StoreAsync(keepInterval: keepInterval);
        await OneIsDoneOfThreeAsync(store);
        await js.DeleteStreamAsync(name);
        await TwoAreThereAsync(store, await StoreAsync(keepInterval: keepInterval));
    }

    [Theory]
    [InlineData(JournalFollower.KeepInterval, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task A_stream_that_somebody_purged_gets_back_all_that_a_process_knows(int keepInterval, bool withStates)
    {
        var store = await StoreAsync(keepInterval: keepInterval);
        var other = await StoreAsync(keepInterval: keepInterval);
        var held = await OneIsDoneOfThreeAsync(store);
        await AnsweredAsync(() => other.Consumers.All(default));
        await js.PurgeStreamAsync(name, new StreamPurgeRequest());
        if (withStates) await js.DeleteStreamAsync($"OBJ_{name}_STATE");
        Assert.Equal(["e3", "e2", "e1"], await IdsAsync(store));
        Assert.True(await store.CloseAsync(held, new TryEnd.Done()));
        Assert.Equal(2, (await other.Read.Count(default).Right()).Completed);
        Assert.Equal(2, (await (await StoreAsync()).Read.Count(default).Right()).Completed);
    }

    /// <summary>What is there does not say what was in between.</summary>
    [Fact]
    public async Task Who_finds_the_beginning_purged_waits_for_one_who_has_seen_it()
    {
        var store = await StoreAsync();
        await OneIsDoneOfThreeAsync(store);
        await js.PurgeStreamAsync(name, new StreamPurgeRequest { Seq = 4 });
        var (port, connection) = await NatsSamples.NewJournalAsync(nats.Url, name);
        opened.Add(connection);
        Assert.True((await port.Read(0, default)).IsLeft);
        Assert.Equal(["e3", "e2", "e1"], await IdsAsync(store));
        Assert.NotEmpty((await port.Read(0, default).Right()).State!.Bytes);
    }

    [Fact]
    public async Task A_message_that_somebody_took_out_is_not_passed_over()
    {
        var store = await StoreAsync();
        await OneIsDoneOfThreeAsync(store);
        await (await js.GetStreamAsync(name)).DeleteMessageAsync(new StreamMsgDeleteRequest { Seq = 4 });
        var (port, connection) = await NatsSamples.NewJournalAsync(nats.Url, name);
        opened.Add(connection);
        Assert.Equal(3, (await port.Read(0, default).Right()).Entries.Count);
        Assert.Contains("are gone", (await port.Read(3, default)).Match(_ => "", l => l.Message), StringComparison.Ordinal);
    }

    /// <summary>One message after the other took longer than a call may, and what had come by then was thrown away.</summary>
    [Fact]
    public async Task Who_is_far_behind_over_a_slow_link_catches_up()
    {
        var store = await StoreAsync();
        for (var n = 0; n < 600; n++) await store.AppendAsync(Event($"e{n}"));
        await using var link = new SlowLink(new Uri(nats.Url).Port, TimeSpan.FromMilliseconds(20));
        var (port, connection) = await NatsSamples.NewJournalAsync($"nats://127.0.0.1:{link.Port}", name);
        await using var closed = connection;
        await using var far = (await JournalStore.OpenAsync(port, TimeProvider.System)).Right();
        Assert.Equal(600, (await far.Port.Read.List(new EventFilter(), 1000, default).Right()).Count);
    }

    /// <returns>One that is still in hand.</returns>
    static async Task<Claimed> OneIsDoneOfThreeAsync(BrokerStore store)
    {
        await store.Consumers.Save(Consumer("c"), default).Right();
        foreach (var id in (string[])["e1", "e2", "e3"]) await store.AppendAsync(Event(id));
        await store.RouteAsync();
        var held = await store.ClaimAsync("c");
        Assert.True(await store.CloseAsync(held[0], new TryEnd.Done()));
        return held[1];
    }

    static async Task TwoAreThereAsync(BrokerStore store, BrokerStore later)
    {
        Assert.Equal(["e3", "e2"], await IdsAsync(store));
        await store.AppendAsync(Event("e4"));
        Assert.Equal(["e4", "e3", "e2"], await IdsAsync(later));
        await later.RouteAsync();
        Assert.Equal(["e2", "e3", "e4"], (await later.ClaimAsync("c")).Select(c => c.Event.Id).Order(StringComparer.Ordinal));
    }

    static async Task<IEnumerable<string>> IdsAsync(BrokerStore store) =>
        (await AnsweredAsync(() => store.Read.List(new EventFilter(), 10, default))).Select(e => e.Event.Id);

    /// <summary>A connection takes a moment to see that its server is there again.</summary>
    static async Task<T> AnsweredAsync<T>(Func<Task<Either<StoreFailure, T>>> ask)
    {
        for (var tries = 0; ; tries++)
        {
            var answer = await ask().WaitAsync(Limit);
            if (answer.IsRight || tries == 100) return answer.Right();
            await Task.Delay(100);
        }
    }

    /// <summary>It looks when it is asked, and not when something comes.</summary>
    async Task<BrokerStore> StoreAsync(bool inMemory = false, int keepInterval = JournalFollower.KeepInterval)
    {
        var settings = new NatsSettings(nats.Url, name, inMemory, "t1");
        var journal = await AnsweredAsync(() => NatsJournal.OpenAsync(settings, TimeProvider.System, default));
        opened.Add(journal);
        var quiet = journal.Port with { Watch = (_, _) => Task.CompletedTask };
        var store = (await JournalStore.OpenAsync(quiet, TimeProvider.System, keepInterval)).Right();
        opened.Add(store);
        return store.Port;
    }
}
