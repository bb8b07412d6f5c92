using System.Text;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using LanguageExt;

namespace Hobom.Slices.Tests.Broker.Stores;

static class StoreSamples
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    public static BrokerEvent Event(string id, string type = "public.users.create", string? payload = "{}", string? key = null) => new()
    {
        Id = id, Source = "tests", Type = type, InstanceId = "t1", OrderingKey = key, CreatedAt = Noon,
        Payload = payload is null ? default : Option<ReadOnlyMemory<byte>>.Some(Encoding.UTF8.GetBytes(payload)),
    };

    public static Consumer Consumer(string name, string pattern = "*", bool ordered = false, int priority = 0) => new(
        name, ConsumerKind.Handler, Pattern(pattern), priority, null, 1, TimeSpan.FromSeconds(30), ordered, new ConsumerState.Active());

    public static EventPattern Pattern(string text) => EventPattern.Parse(text, true).Match(p => p, f => throw new InvalidOperationException($"{f}"));

    public static async Task AppendAsync(this BrokerStore store, params BrokerEvent[] events) => await store.Append(events, default).Right();

    public static async Task<int> RouteAsync(this BrokerStore store, DateTimeOffset? now = null) =>
        (await store.Route(new RouteRequest(100, now ?? Noon), default).Right()).Looked;

    public static async Task<IReadOnlyList<Claimed>> ClaimAsync(
        this BrokerStore store, string consumer, bool ordered = false, int limit = 10, DateTimeOffset? now = null, bool expired = false, string owner = "p1") =>
        await store.Claim(new ClaimRequest(consumer, ordered, owner, now ?? Noon, Lease, limit, expired), default).Right();

    public static async Task<bool> CloseAsync(this BrokerStore store, Claimed claimed, TryEnd end, DateTimeOffset? now = null) =>
        (await store.Close([new Closing(claimed.HandlingId, claimed.Token, end)], now ?? Noon, default).Right()).Contains(claimed.HandlingId);

    public static async Task<StoredEvent> OneAsync(this BrokerStore store, string id) =>
        (await store.Read.One(new EventIdentity("tests", id), default).Right()).Match(e => e, () => throw new InvalidOperationException($"no event {id}"));
}
