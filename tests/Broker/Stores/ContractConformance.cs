using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>Rows of the two contracts that no other test shows of a store.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task E14_times_are_readable_and_in_order()
    {
        await Store.Consumers.Save(Consumer("c"), default).Right();
        await Store.AppendAsync(Event("e1") with { CreatedAt = Noon });
        await Store.RouteAsync(Noon.AddMilliseconds(1));
        var held = (await Store.ClaimAsync("c", now: Noon.AddMilliseconds(1)))[0];
        await Store.CloseAsync(held, new TryEnd.RetryAt(Noon.AddMilliseconds(2), "once"), Noon.AddMilliseconds(2));
        held = (await Store.ClaimAsync("c", now: Noon.AddMilliseconds(2)))[0];
        await Store.CloseAsync(held, new TryEnd.Done(), Noon.AddMilliseconds(3));
        var stored = await Store.OneAsync("e1");
        var handling = Assert.Single(stored.Handlings);
        Assert.Equal(2, handling.Attempts);
        Assert.True(stored.Event.CreatedAt < handling.StartedAt);
        Assert.Equal(new HandlingState.Done(Noon.AddMilliseconds(3)), handling.State);
        Assert.True(handling.StartedAt < Noon.AddMilliseconds(3));
    }

    [Fact]
    public async Task M13_ten_publishers_at_once_store_ten()
    {
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Store.AppendAsync(Event($"e{i}"))));
        Assert.Equal(10, (await Store.Read.List(new EventFilter(), 20, default).Right()).Count);
        Assert.Equal(10, (await Store.Read.Count(default).Right()).Total);
    }

    [Fact]
    public async Task M15_M16_the_start_time_and_the_instance_choose()
    {
        foreach (var i in (int[])[0, 1, 2])
            await Store.AppendAsync(Event($"e{i}") with { CreatedAt = Noon.AddMilliseconds(10 * i), InstanceId = $"i{i}" });
        Assert.Equal(["e2", "e1"], await Ids(new EventFilter(From: Noon.AddMilliseconds(9))));
        Assert.Equal(["e1"], await Ids(new EventFilter(InstanceId: "i1")));
        async Task<string[]> Ids(EventFilter filter) => [.. (await Store.Read.List(filter, 9, default).Right()).Select(e => e.Event.Id)];
    }

    [Fact]
    public async Task Integration13_a_handlers_name_and_a_webhooks_are_not_taken_over_by_one_another()
    {
        foreach (var kind in (ConsumerKind[])[ConsumerKind.Handler, ConsumerKind.Webhook])
            Assert.True(await Store.Consumers.Save(Given(kind, kind, "a.*"), default).Right());
        Assert.False(await Store.Consumers.Save(Given(ConsumerKind.Handler, ConsumerKind.Webhook, "b.*"), default).Right());
        Assert.False(await Store.Consumers.Save(Given(ConsumerKind.Webhook, ConsumerKind.Handler, "b.*"), default).Right());
        var all = await Store.Consumers.All(default).Right();
        Assert.All(all, c => Assert.Equal(($"{c.Kind}", "a.*"), (c.Name, c.Pattern.Text)));
        Assert.True(await Store.Consumers.Save(Given(ConsumerKind.Webhook, ConsumerKind.Kafka, "c.*"), default).Right());
        static Consumer Given(ConsumerKind name, ConsumerKind kind, string pattern) => Consumer($"{name}", pattern) with
        {
            Kind = kind,
            Target = kind switch
            {
                ConsumerKind.Webhook => new ConsumerTarget.Webhook(new Uri("https://example.com/"), [], CloudEventForm.None),
                ConsumerKind.Kafka => new ConsumerTarget.Topic("t", CloudEventForm.None),
                _ => null,
            },
        };
    }

    [Fact]
    public async Task M3_O8_what_is_not_there_is_none_and_no_error()
    {
        Assert.True((await Store.Read.One(new EventIdentity("tests", "none"), default).Right()).IsNone);
        Assert.False(await Store.Operate.Discard(new EventIdentity("tests", "none"), "c", Noon, default).Right());
        Assert.False(await Store.Consumers.SetState("none", new ConsumerState.Active(), default).Right());
        Assert.Empty(await Store.Close([new Closing(Guid.NewGuid(), 1, new TryEnd.Done())], Noon, default).Right());
    }

    [Fact]
    public async Task Integration14_an_error_longer_than_its_column_ends_the_try_all_the_same()
    {
        await ThreeForAsync("c");
        var held = (await Store.ClaimAsync("c", limit: 1))[0];
        Assert.True(await Store.CloseAsync(held, new TryEnd.RetryAt(Noon, new string('x', 5000))));
        Assert.InRange((await Store.OneAsync("e1")).Handlings[0].LastError!.Length, 1000, 5000);
    }

    [Fact]
    public async Task R1_the_higher_priority_is_routed_first_and_the_default_is_0()
    {
        await Store.Consumers.Save(Consumer("low", "public.**"), default).Right();
        await Store.Consumers.Save(Consumer("high", "public.**", priority: 5), default).Right();
        await Store.Consumers.Save(Consumer("last", "public.**", priority: -1), default).Right();
        await Store.AppendAsync(Event("e1"), Event("unknown", "x"));
        await Store.RouteAsync();
        Assert.Equal(["high", "low", "last"], (await Store.OneAsync("e1")).Handlings.Select(h => h.Consumer));
        Assert.Empty((await Store.OneAsync("unknown")).Handlings);
    }

    [Fact]
    public async Task D15_names_and_texts_are_data_and_never_part_of_a_statement()
    {
        const string evil = "'; drop table outbox_event; --";
        await Store.Consumers.Save(Consumer(evil), default).Right();
        await Store.AppendAsync(Event(evil) with { SessionId = evil, Entity = "\"%_\\" });
        await Store.RouteAsync();
        await Store.CloseAsync((await Store.ClaimAsync(evil))[0], new TryEnd.Dead(evil));
        Assert.Equal(evil, (await Store.OneAsync(evil)).Handlings[0].LastError);
        Assert.Single(await Store.Read.List(new EventFilter(SessionId: evil, Entity: "\"%_\\"), 9, default).Right());
    }
}
