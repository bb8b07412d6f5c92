using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>Entries that cannot be applied, and what becomes of them.</summary>
public sealed class StreamFailureTests(RouterFixture fixture) : RouterTest(fixture), IClassFixture<RouterFixture>
{
    [Fact]
    public async Task N10_malformed_entries_wait_as_dead_letters_and_hold_up_nobody()
    {
        await Db.AddAsync("events:auth", "5-1", "type", "login");
        await Db.AddAsync("events:auth", "5-2", "type", "login", "user_id", new string('x', 1 << 20));
        await Db.ExecuteAsync("XADD", "events:auth", "5-3", "type", "login", "user_id", new byte[] { 0xff, 0x00, 0xfe });
        await Db.ExecuteAsync("XADD", "events:auth", "5-4", new byte[] { 0xff }, "x");
        await Db.LoginAsync("u", "5-5");
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        var letter = await router.LetterAsync("events:auth:5-1");
        Assert.Equal(("the entry has no user_id", "handle", "auth.login"),
            (RouterLetters.Record(letter).Reason, RouterLetters.Record(letter).Stage, RouterLetters.Record(letter).EventType));
        Assert.Equal("""{"stream":"events:auth","id":"5-1","fields":{"type":"login"}}""", System.Text.Encoding.UTF8.GetString(letter.Payload.Span));
        Assert.Equal("the entry has no type", RouterLetters.Record(await router.LetterAsync("events:auth:5-4")).Reason);
    }

    [Theory]
    [InlineData(UnknownTypePolicy.DeadLetter, 0, 1)]
    [InlineData(UnknownTypePolicy.Acknowledge, 0, 0)]
    [InlineData(UnknownTypePolicy.Hold, 1, 0)]
    public async Task N9_an_unknown_type_is_treated_as_the_domain_has_it(UnknownTypePolicy policy, int pending, int letters)
    {
        await Db.AddAsync("events:auth", "5-1", "type", "signup", "user_id", "u");
        await Db.LoginAsync("u", "5-2");
        await using var router = TestRouter.Start(Fixture.Server.Address, RouterSettings.Default with
        {
            Unknown = new Dictionary<string, UnknownTypePolicy> { ["auth"] = policy },
        });
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == pending);
        Assert.Equal(letters,
            (await router.Letters.ListAsync("dlq:stream:")).Match(l => l.Count, f => throw new InvalidOperationException(f.Message)));
    }

    [Fact]
    public async Task A_letter_knows_whether_a_newer_entry_of_its_user_was_applied()
    {
        await Db.AddAsync("events:auth", "5-1", "type", "login", "user_id", "u");
        await Db.StringSetAsync("state:user:u", "no hash");
        await Db.AddAsync("events:auth", "5-2", "type", "login", "user_id", "u");
        await Db.LoginAsync("other", "5-3");
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:other", "login_count") == 1 && await Db.PendingAsync("events:auth") == 0);
        var first = StreamLetters.KeyOf("events:auth", EntryId.Parse("5-1")!.Value);
        Task<NewerEvent> NewerAsync(string user) => NewerEntry.FindAsync(router.Redis, first, user);

        // The second is a letter itself, and nobody else's counts.
        Assert.Equal(new NewerEvent.None(), await NewerAsync("u"));
        await Db.KeyDeleteAsync("state:user:u");
        await Db.LoginAsync("u", "6-1");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1);
        Assert.Equal(new NewerEvent.Delivered("6-1", EntryId.Parse("6-1")!.Value.Time), await NewerAsync("u"));
        Assert.Equal(new NewerEvent.NotKept(), await NewerAsync(""));
    }

    [Fact]
    public async Task A_state_that_is_no_text_fails_the_entry_that_is_decided_from_it_and_holds_up_nobody()
    {
        await Db.HashSetAsync("state:user:u", "streak_days", new byte[] { 0xff, 0xfe });
        await Db.LoginAsync("u", "5-1");
        await Db.AddAsync("events:auth", "5-2", "type", "logout", "user_id", "u");
        await Db.LoginAsync("other", "5-3");
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:other", "login_count") == 1);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        Assert.Equal("what it is decided from was not what had been read, 10 times in a row (delivered 5 times)",
            RouterLetters.Record(await router.LetterAsync("events:auth:5-1")).Reason);
        Assert.NotEqual(default, await Db.HashGetAsync("state:user:u", "last_logout"));
    }

    [Fact]
    public async Task N4_an_entry_that_always_fails_becomes_a_dead_letter_and_others_do_not_wait_for_it()
    {
        await Db.StringSetAsync("state:user:poison", "no hash");
        await Db.LoginAsync("poison", "5-1");
        await Db.LoginAsync("poison", "5-2");
        await Db.LoginAsync("u", "5-3");
        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1);
        Assert.Equal(2, await Db.PendingAsync("events:auth"));
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        var record = RouterLetters.Record(await router.LetterAsync("events:auth:5-1"));
        Assert.Equal("state:user:poison is no hash (delivered 5 times)", record.Reason);
        Assert.Equal(5, record.AttemptCount);
    }

    [Fact]
    public async Task D9_a_dead_letter_that_is_replayed_counts_once_though_younger_entries_did()
    {
        await Db.StringSetAsync("state:user:u", "no hash");
        await Db.LoginAsync("u", "1768727553123-0");
        await using var router = TestRouter.Start(Fixture.Server.Address, RouterSettings.Default with { DeliveryLimit = 1 });
        await Producer.UntilAsync(async () => await Db.IsBuriedAsync("events:auth", "1768727553123-0"));
        await Db.KeyDeleteAsync("state:user:u");
        await Db.LoginAsync("u", "1768827553123-0");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1);

        var replay = new StreamReplay(router.Router.Parts);
        var order = await router.OrderAsync("events:auth:1768727553123-0");
        Assert.IsType<Runtime.Delivering.ReplayOutcome.Delivered>(await replay.RunAsync(order));
        Assert.IsType<Runtime.Delivering.ReplayOutcome.Delivered>(await replay.RunAsync(order));
        Assert.Equal(2, await Db.CountAsync("state:user:u", "login_count"));
        Assert.Equal("2", (string?)await Db.HashGetAsync("state:user:u", "streak_days"));
        Assert.Equal("2026-01-19T12:59:13.123", (string?)await Db.HashGetAsync("state:user:u", "last_login"));
        Assert.False(await Db.KeyExistsAsync("dlq:stream:events:auth:1768727553123-0"));
    }

    [Fact]
    public async Task D6_a_handler_with_a_bug_fails_its_own_entry_only()
    {
        var handlers = new HandlerRegistry(
        [
            LogoutHandler.Handler,
            EntryHandler.OfUser("auth", "login", (_, user) => user == "bad" ? throw new InvalidOperationException("a bug") : Changes.Of(
                new StateChange.Add(StateKey.User(user), "count", 1))),
        ]);
        await Db.LoginAsync("bad", "5-1");
        await Db.LoginAsync("good", "5-2");
        await using var router = TestRouter.Start(Fixture.Server.Address, RouterSettings.Default with { DeliveryLimit = 2 }, handlers);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:good", "count") == 1);
        await Producer.UntilAsync(async () => await Db.IsBuriedAsync("events:auth", "5-1"));
        Assert.Equal(
            "internal error: InvalidOperationException: a bug (delivered 2 times)",
                RouterLetters.Record(await router.LetterAsync("events:auth:5-1")).Reason);

        var (replay, order) = (new StreamReplay(router.Router.Parts), await router.OrderAsync("events:auth:5-1"));
        var failure = Assert.IsType<Runtime.Delivering.ReplayOutcome.NotPublished>(await replay.RunAsync(order)).Failure;
        Assert.Equal(new PublishFailure.Transient("HANDLE", "internal error: InvalidOperationException: a bug"), failure);
        Assert.Equal("internal error: InvalidOperationException: a bug", replay.Fault(order.Delivery.Value));
        Assert.True(await Db.KeyExistsAsync("dlq:stream:events:auth:5-1"));
    }
}
