using System.Security.Cryptography;
using System.Text;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>What makes something a store. Each store runs all of it.</summary>
public abstract partial class StoreConformance : IAsyncLifetime
{
    protected BrokerStore Store { get; private set; } = null!;

    public async Task InitializeAsync() => Store = await OpenAsync();

    public abstract Task DisposeAsync();

    protected abstract Task<BrokerStore> OpenAsync();

    [Theory]
    [InlineData("{\"a\":1,\"a\":2, \"b\" : 1.0e400,\"c\":12345678901234567890.10}")]
    [InlineData("null")]
    [InlineData("\"\\u0000 \\ud83d\\ude00 ü\"")]
    [InlineData("  [ 1 ,2 ]\n")]
    public async Task A_payload_keeps_every_byte(string payload)
    {
        await Store.AppendAsync(Event("e1", payload: payload));
        Assert.Equal(Encoding.UTF8.GetBytes(payload), PayloadOf(await Store.OneAsync("e1")));
    }

    [Fact]
    public async Task A_payload_above_the_size_is_stored_compressed_and_comes_out_as_it_was()
    {
        var payload = $"[{string.Join(',', Enumerable.Range(0, 60_000))}]";
        await Store.Consumers.Save(Consumer("c"), default).Right();
        await Store.AppendAsync(Event("e1", payload: payload));
        await Store.RouteAsync();
        var claimed = Assert.Single(await Store.ClaimAsync("c"));
        var sent = claimed.Event.Payload.Match(p => p, () => default);
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(payload)), SHA256.HashData(sent.Span));
    }

    [Fact]
    public async Task No_payload_and_a_null_stay_apart()
    {
        await Store.AppendAsync(Event("none", payload: null), Event("null", payload: "null"));
        Assert.True((await Store.OneAsync("none")).Event.Payload.IsNone);
        Assert.Equal("null"u8.ToArray(), PayloadOf(await Store.OneAsync("null")));
    }

    [Fact]
    public async Task Every_field_comes_back_as_it_was_given()
    {
        var given = Event("e1", payload: "{\"x\":[]}", key: "k/1") with
        {
            SourceModule = "accounts", AggregateType = "user", AggregateId = "7", SchemaVersion = 3, Metadata = "{ \"b\":1, \"a\":\"zwei\" }",
            UserId = 5_000_000_000, SessionId = "sha256:ab", Schema = "public", Entity = "users", Operation = "create",
            AvailableAt = Noon.AddMinutes(1),
        };
        await Store.AppendAsync(given);
        var found = (await Store.OneAsync("e1")).Event;
        Assert.True(found.SaysTheSameAs(given));
        Assert.Equal((given.CreatedAt, given.AvailableAt, given.InstanceId), (found.CreatedAt, found.AvailableAt, found.InstanceId));
    }

    [Fact]
    public async Task The_same_event_again_is_a_repeat_and_another_body_is_refused()
    {
        var first = await Store.Append([Event("e1")], default).Right();
        var again = await Store.Append([Event("e1") with { CreatedAt = Noon.AddHours(1) }], default).Right();
        Assert.False(first[0].Repeated);
        Assert.Equal(first[0] with { Repeated = true }, again[0]);
        var other = await Store.Append([Event("e2"), Event("e1", payload: "[]")], default);
        Assert.Equal(new AppendRefusal.OtherBody(new EventIdentity("tests", "e1")), other.Match(_ => null!, l => l));
        Assert.True((await Store.Read.One(new EventIdentity("tests", "e2"), default).Right()).IsNone);
    }

    [Fact]
    public async Task The_same_id_of_another_source_is_another_event()
    {
        await Store.AppendAsync(Event("e1"), Event("e1", payload: "[]") with { Source = "others" });
        Assert.Equal(2, (await Store.Read.List(new EventFilter(), 10, default).Right()).Count);
    }

    [Fact]
    public async Task Each_consumer_whose_pattern_fits_gets_a_handling()
    {
        await Store.Consumers.Save(Consumer("all"), default).Right();
        await Store.Consumers.Save(Consumer("users", "public.users.*"), default).Right();
        await Store.AppendAsync(Event("e1"), Event("e2", "public.roles.create"));
        Assert.Equal(2, await Store.RouteAsync());
        Assert.Equal(0, await Store.RouteAsync());
        Assert.Equal(["all", "users"], (await Store.OneAsync("e1")).Handlings.Select(h => h.Consumer).Order());
        Assert.Equal(["all"], (await Store.OneAsync("e2")).Handlings.Select(h => h.Consumer));
    }

    [Fact]
    public async Task An_event_without_a_consumer_waits_and_is_shown_and_goes_to_the_one_that_comes()
    {
        await Store.AppendAsync(Event("e1"));
        await Store.RouteAsync();
        var alone = await Store.OneAsync("e1");
        Assert.Equal((EventStatus.Pending, Noon), (alone.Status, alone.NoConsumerSince));
        Assert.Equal(1, (await Store.Read.Count(default).Right()).NoConsumer);
        await Store.Consumers.Save(Consumer("late"), default).Right();
        Assert.Equal(1, await Store.RouteAsync());
        Assert.Single(await Store.ClaimAsync("late"));
        Assert.Null((await Store.OneAsync("e1")).NoConsumerSince);
    }

    protected async Task ThreeForAsync(string consumer)
    {
        await Store.Consumers.Save(Consumer(consumer), default).Right();
        await Store.AppendAsync(Event("e1"), Event("e2"), Event("e3"));
        await Store.RouteAsync();
    }

    protected static Task<Either<TryFailure, Unit>> Work(Either<TryFailure, Unit> answer) => Task.FromResult(answer);

    async Task OrderedAsync()
    {
        await Store.Consumers.Save(Consumer("c", ordered: true), default).Right();
        await Store.AppendAsync(
            Event("a1", key: "a"), Event("a2", key: "a"), Event("b1", key: "b"), Event("n1"), Event("a3", key: "a"), Event("n2"));
        await Store.RouteAsync();
    }

    async Task<IReadOnlySet<string>> DueAsync(DateTimeOffset at) => await Store.Due(at, default).Right();

    async Task<DateTimeOffset?> NextDueAsync() => (await Store.NextDue(Noon, default).Right()).MatchUnsafe(t => (DateTimeOffset?)t, () => null);

    static byte[] PayloadOf(StoredEvent stored) => stored.Event.Payload.Match(p => p.ToArray(), () => throw new InvalidOperationException("no payload"));
}
