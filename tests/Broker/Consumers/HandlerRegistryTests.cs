using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Consumers;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Memory;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Consumers;

public sealed class HandlerRegistryTests
{
    readonly BrokerStore store = MemoryStore.Open(100, TimeProvider.System);
    readonly HandlerRegistry registry;

    public HandlerRegistryTests() => registry = new HandlerRegistry(store, 10, allowManySegments: true);

    [Fact]
    public async Task S2_S3_S5_a_subscription_is_there_until_it_is_taken_back_and_an_unknown_one_is_told()
    {
        await SubscribeAsync("a", "public.users.*");
        await SubscribeAsync("b", "*.users.create");
        Assert.Equal(2, Hobom.Slices.Broker.Consumer.For(await AllAsync(), "public.users.create").Count);
        Assert.True(await registry.UnsubscribeAsync("a", Noon, default).Right());
        Assert.Equal("b", Assert.Single(Hobom.Slices.Broker.Consumer.For(await AllAsync(), "public.users.create")).Name);
        Assert.True(await registry.UnsubscribeAsync("b", Noon, default).Right());
        Assert.Empty(await AllAsync());
        Assert.False(await registry.UnsubscribeAsync("b", Noon, default).Right());
    }

    [Fact]
    public async Task S4_S6_many_at_once_are_each_their_own_and_leave_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => SubscribeAsync($"c{i}", "a.*")));
        Assert.Equal(100, (await AllAsync()).Select(c => c.Name).Distinct().Count());
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => registry.UnsubscribeAsync($"c{i}", Noon, default).Right()));
        Assert.Empty(await AllAsync());
    }

    [Fact]
    public async Task Integration13_the_same_name_twice_is_refused()
    {
        await SubscribeAsync("a", "x");
        var again = await registry.SubscribeAsync("a", "y", Nothing, c => c, default);
        Assert.Equal(new SubscribeFault.NameTaken("a"), again.Match(_ => null!, f => f));
        Assert.Equal("x", Assert.Single(await AllAsync()).Pattern.Text);
    }

    [Fact]
    public async Task A_webhooks_name_is_not_taken_over_by_a_handler()
    {
        await store.Consumers.Save(Consumer("a", "x") with { Kind = ConsumerKind.Webhook }, default).Right();
        var refused = await registry.SubscribeAsync("a", "y", Nothing, c => c, default);
        Assert.Equal(new SubscribeFault.OtherKind("a"), refused.Match(_ => null!, f => f));
        Assert.False(registry.Has("a"));
        Assert.Equal((ConsumerKind.Webhook, "x"), (Assert.Single(await AllAsync()).Kind, Assert.Single(await AllAsync()).Pattern.Text));
    }

    [Fact]
    public async Task R2_R3_all_of_a_prefix_go_and_no_others()
    {
        foreach (var name in (string[])["core.webhook.a", "core.webhook.b", "core.other"]) await SubscribeAsync(name, "*");
        Assert.Equal(2, await registry.UnsubscribePrefixAsync("core.webhook.", Noon, default).Right());
        Assert.Equal(["core.other"], (await AllAsync()).Select(c => c.Name));
        Assert.False(registry.Has("core.webhook.a"));
        Assert.Equal(0, await registry.UnsubscribePrefixAsync("none.", Noon, default).Right());
    }

    async Task SubscribeAsync(string name, string pattern) =>
        Assert.True((await registry.SubscribeAsync(name, pattern, Nothing, c => c, default)).IsRight);

    async Task<IReadOnlyList<Consumer>> AllAsync() => await store.Consumers.All(default).Right();

    static Task Nothing(Hobom.Slices.Broker.Processing.HandlerContext context, CancellationToken stopping) => Task.CompletedTask;
}
