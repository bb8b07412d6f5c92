using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Links;
using Hobom.Slices.Links.Stores;
using Hobom.Slices.Tests.Broker.Stores;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Links.LinkSamples;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Links;

/// <summary>What makes something a store of links. Each store runs all of it, the contract's rows L2 to L4 among them.</summary>
public abstract class LinkConformance : IAsyncLifetime
{
    protected BrokerStore Store { get; private set; } = null!;

    protected LinkRegister Links { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Store = await OpenAsync();
        Links = new LinkRegister(LinkStore.Beside(Store.Storage, TimeProvider.System));
    }

    public abstract Task DisposeAsync();

    protected abstract Task<BrokerStore> OpenAsync();

    [Fact]
    public async Task A_link_comes_back_as_it_was_made()
    {
        var given = Link(type: LinkType.AggregateRoot, metadata: "{ \"b\":1, \"a\":[2.50] }");
        var made = await Links.Created(given);
        Assert.False(made.Existed);
        var found = Assert.IsType<StoredLink>((await Links.GetByIdAsync(made.Link.Id, default).Right()).Case);
        Assert.Equal(made.Link, found);
        Assert.Equal(given, found.Link);
        Assert.Equal(found.CreatedAt, found.UpdatedAt);
    }

    [Fact]
    public async Task No_metadata_stays_none() => Assert.Null((await Links.Created(Link())).Link.Link.Metadata);

    [Fact]
    public async Task The_same_link_twice_is_one_and_the_answer_says_which_it_was()
    {
        var first = await Links.Created(Link(metadata: "{\"n\":1}"));
        var again = await Links.Created(Link(metadata: "{\"n\":2}"));
        Assert.Equal(first with { Existed = true }, again);
        Assert.Equal(1, await Links.AllAsync());
    }

    [Fact]
    public async Task Another_end_or_another_type_makes_another_link()
    {
        foreach (var other in new[] { Link(), Link(order: "2"), Link(user: "8"), Link(type: LinkType.Cascade), Link() with { Source = User("7"), Target = Order("1") } })
            Assert.False((await Links.Created(other)).Existed);
        Assert.Equal(5, await Links.AllAsync());
    }

    [Fact]
    public async Task Twenty_who_make_the_same_link_at_once_make_one()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Links.Created(Link()))));
        Assert.Single(made, m => !m.Existed);
        Assert.Single(made.Select(m => m.Link.Id).Distinct());
        Assert.Equal(1, await Links.AllAsync());
    }

    [Fact]
    public async Task Links_are_found_by_source_by_target_both_ways_and_by_type()
    {
        var there = (await Links.Created(Link("1", "7"))).Link.Id;
        var back = (await Links.Created(new Link(User("7"), Order("1"), LinkType.Cascade))).Link.Id;
        var other = (await Links.Created(Link("2", "7", LinkType.AggregateRoot))).Link.Id;
        Assert.Equal(Sorted(there), Ids(await Links.FindLinksBySourceAsync(Order("1"), default).Right()));
        Assert.Equal(Sorted(there, other), Ids(await Links.FindLinksByTargetAsync(User("7"), default).Right()));
        Assert.Equal(Sorted(there, back), Ids(await Links.FindBidirectionalAsync(Order("1"), User("7"), default).Right()));
        Assert.Equal(Sorted(there, back), Ids(await Links.FindBidirectionalAsync(User("7"), Order("1"), default).Right()));
        Assert.Equal(Sorted(other), Ids(await Links.FindLinksByTypeAsync(LinkType.AggregateRoot, default).Right()));
        Assert.Equal(Sorted(there, back, other), Ids(await Links.FindLinksAsync(new LinkFilter(Either: LinkEnd.Of(User("7"))), default).Right()));
        Assert.Empty((await Links.FindLinksBySourceAsync(Order("3"), default).Right()).Links);
    }

    [Fact]
    public async Task Every_filter_means_the_same_in_every_store()
    {
        EntityRef[] entities = [Order("1"), Order("2"), User("1"), new("shop", "cart", "1")];
        var all = new List<StoredLink>();
        foreach (var source in entities)
            foreach (var target in entities)
                foreach (var type in LinkTypes.All)
                    all.Add((await Links.Created(new Link(source, target, type))).Link);
        LinkEnd?[] ends = [null, new("shop"), new("shop", "order"), LinkEnd.Of(Order("1")), LinkEnd.Of(User("1"))];
        foreach (var source in ends)
        {
            foreach (var target in ends)
            {
                foreach (var filter in new LinkFilter[]
                {
                    new(source, target), new(source, target, BothWays: true), new(source, null, target), new(source, target, null, LinkType.Cascade),
                })
                {
                    var wanted = all.Where(l => filter.Fits(l.Link)).Select(l => l.Id);
                    Assert.Equal(Sorted([.. wanted]), Ids(await Links.FindLinksAsync(filter, default, new LinkPageRequest(1000)).Right()));
                    Assert.Equal(wanted.Count(), await Links.CountAsync(filter, default).Right());
                }
            }
        }
    }

    [Fact]
    public async Task A_walk_of_the_pages_sees_each_link_once_and_those_that_come_meanwhile_disturb_nothing()
    {
        var before = new List<LinkId>();
        for (var i = 0; i < 7; i++) before.Add((await Links.Created(Link($"{i}"))).Link.Id);
        var seen = new List<LinkId>();
        for (LinkPage? page = null; page is null || page.Next is not null;)
        {
            page = await Links.FindLinksByTargetAsync(User("7"), default, new LinkPageRequest(2, page?.Next)).Right();
            Assert.True(page.Links.Count <= 2);
            seen.AddRange(page.Links.Select(l => l.Id));
            await Links.Created(Link($"late{seen.Count}"));
        }

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Empty(before.Except(seen));
    }

    [Fact]
    public async Task A_page_that_is_full_to_the_last_has_no_next()
    {
        for (var i = 0; i < 4; i++) await Links.Created(Link($"{i}"));
        var page = await Links.FindLinksAsync(new LinkFilter(), default, new LinkPageRequest(2)).Right();
        Assert.NotNull(page.Next);
        Assert.Null((await Links.FindLinksAsync(new LinkFilter(), default, new LinkPageRequest(2, page.Next)).Right()).Next);
    }

    [Fact]
    public async Task A_link_is_removed_once_and_answered_and_may_be_made_again()
    {
        var made = await Links.Created(Link());
        Assert.Equal(made.Link, (await Links.DeleteLinkAsync(made.Link.Id, default).Right()).Case);
        Assert.True((await Links.DeleteLinkAsync(made.Link.Id, default).Right()).IsNone);
        Assert.True((await Links.GetByIdAsync(made.Link.Id, default).Right()).IsNone);
        Assert.False((await Links.Created(Link())).Existed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("no uuid")]
    [InlineData("01890a5d-ac96-774b-bcce-b302099a8057")]
    public async Task An_id_that_nobody_has_is_none(string id)
    {
        await Links.Created(Link());
        Assert.True((await Links.GetByIdAsync(new LinkId(id), default).Right()).IsNone);
        Assert.True((await Links.DeleteLinkAsync(new LinkId(id), default).Right()).IsNone);
    }

    [Fact]
    public async Task Links_of_a_module_are_counted_where_they_lead_from()
    {
        await Links.Created(Link("1"));
        await Links.Created(Link("2"));
        await Links.Created(new Link(User("7"), Order("1")));
        Assert.Equal((2, 1, 0), (await Links.CountFromModuleAsync("shop", default).Right(), await Links.CountFromModuleAsync("accounts", default).Right(),
            await Links.CountFromModuleAsync("SHOP", default).Right()));
    }

    [Fact]
    public async Task A_link_of_a_handler_is_there_with_its_commit_and_not_before()
    {
        var held = await Store.HeldAsync();
        var end = await Store.Transact(held, async (transaction, _) =>
        {
            var mine = Links.In(transaction);
            var made = await mine.Created(Link());
            Assert.False(made.Existed);
            Assert.True((await mine.Created(Link())).Existed);
            Assert.Equal(made.Link, (await mine.GetByIdAsync(made.Link.Id, default).Right()).Case);
            Assert.Single((await Links.In(transaction).FindLinksBySourceAsync(Order("1"), default).Right()).Links);
            Assert.Equal(0, await Links.AllAsync());
            return Unit.Default;
        }, Noon, default);
        Assert.IsType<TransactionEnd.Committed>(end);
        Assert.Equal(1, await Links.AllAsync());
        Assert.Equal(EventStatus.Completed, (await Store.OneAsync("e1")).Status);
    }

    [Fact]
    public async Task A_handler_that_fails_after_its_links_leaves_none_and_takes_back_what_it_removed()
    {
        var old = (await Links.Created(Link("old"))).Link;
        var held = await Store.HeldAsync();
        var end = await Store.Transact(held, async (transaction, _) =>
        {
            await Links.In(transaction).Created(Link());
            Assert.True((await Links.In(transaction).DeleteLinkAsync(old.Id, default).Right()).IsSome);
            Assert.Equal(1, await Links.In(transaction).AllAsync());
            return new TryFailure.Transient("no");
        }, Noon, default);
        Assert.IsType<TransactionEnd.WorkFailed>(end);
        Assert.Equal([old.Id], Ids(await Links.FindLinksAsync(new LinkFilter(), default).Right()));
        Assert.Equal(EventStatus.Processing, (await Store.OneAsync("e1")).Status);
    }

    [Fact]
    public async Task A_handler_that_lost_its_lease_leaves_no_link()
    {
        var late = await Store.HeldAsync();
        var taken = Assert.Single(await Store.ClaimAsync("c", expired: true, now: Noon + Lease, owner: "p2"));
        var end = await Store.Transact(late, async (transaction, _) =>
        {
            await Links.In(transaction).Created(Link());
            return Unit.Default;
        }, Noon, default);
        Assert.IsType<TransactionEnd.LeaseLost>(end);
        Assert.Equal(0, await Links.AllAsync());
        Assert.True(await Store.CloseAsync(taken, new TryEnd.Done()));
    }

    [Fact]
    public async Task A_handler_that_is_run_again_finds_its_link_instead_of_making_another()
    {
        await Store.HeldAsync();
        for (var tries = 0; tries < 3; tries++)
        {
            var again = tries == 0 ? await Store.HeldAsync("e2") : Assert.Single(await Store.ClaimAsync("c"));
            await Store.Transact(again, async (transaction, _) =>
            {
                Assert.Equal(tries > 0, (await Links.In(transaction).Created(Link(metadata: "{}"))).Existed);
                return Unit.Default;
            }, Noon, default);
            await Store.Operate.Replay(again.Event.Identity, "c", Noon, default).Right();
        }

        Assert.Equal(1, await Links.AllAsync());
    }

    [Fact]
    public async Task A_link_that_is_not_valid_is_refused_before_the_store_sees_it()
    {
        var refused = await Links.CreateLinkAsync(Link() with { Source = Order("") }, default);
        Assert.Equal(new LinkRefusal.Invalid(new LinkFault.Missing("source_entity_id")), refused.Match(_ => null!, l => l));
    }

    static List<LinkId> Ids(LinkPage page) => [.. page.Links.Select(l => l.Id)];

    static List<LinkId> Sorted(params IReadOnlyList<LinkId> ids) => [.. ids.OrderBy(i => i.Value, StringComparer.Ordinal)];
}
