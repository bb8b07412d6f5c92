using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Links;
using Hobom.Slices.Tests.Broker.Stores;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Links;

static class LinkSamples
{
    public static EntityRef Order(string id) => new("shop", "order", id);

    public static EntityRef User(string id) => new("accounts", "user", id);

    public static Link Link(string order = "1", string user = "7", LinkType type = LinkType.Reference, string? metadata = null) =>
        new(Order(order), User(user), type, metadata);

    public static Task<LinkCreation> Created(this LinkRegister links, Link link) => links.CreateLinkAsync(link, default).Right();

    public static Task<long> AllAsync(this LinkRegister links) => links.CountAsync(new LinkFilter(), default).Right();

    /// <summary>A handling of consumer <c>c</c> that is held.</summary>
    public static async Task<Claimed> HeldAsync(this BrokerStore store, string id = "e1")
    {
        await store.Consumers.Save(Consumer("c"), default).Right();
        await store.AppendAsync(Event(id));
        await store.RouteAsync();
        return Assert.Single(await store.ClaimAsync("c"));
    }
}
