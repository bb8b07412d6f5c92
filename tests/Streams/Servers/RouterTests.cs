using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Streams;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Streams.Servers;

public sealed class RouterTests(RouterFixture fixture) : IClassFixture<RouterFixture>, IAsyncLifetime
{
    IDatabase Db => fixture.Plain;

    public Task InitializeAsync() => fixture.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task N1_a_group_begins_at_the_streams_beginning_and_entries_have_their_effect()
    {
        await Db.LoginAsync("u", "1768727553123-0");
        await Db.LoginAsync("u", "1768727553124-0");
        await using var router = TestRouter.Start(fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 2);
        Assert.Equal("2026-01-18T09:12:33.124", (string?)await Db.HashGetAsync("state:user:u", "last_login"));
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
    }

    [Fact]
    public async Task Entries_of_every_domain_are_read_as_they_come()
    {
        await using var router = TestRouter.Start(fixture.Server.Address);
        await Producer.UntilAsync(() =>
            Task.FromResult(router.Router.Streams.Count == 4 && router.Router.Streams.All(s => router.Router.Owns(s.Key))));
        await Db.AddAsync("events:chat", "*", "type", "message_complete", "user_id", "u", "job_id", "j");
        await Db.AddAsync("events:scan", "*", "type", "scan_complete", "user_id", "u");
        await Db.AddAsync("events:info", "*", "type", "article_fetched", "user_id", "u");
        await Db.LoginAsync("u");
        await Producer.UntilAsync(async () =>
            await Db.CountAsync("stats:user:u", "message_count") == 1 && await Db.CountAsync("stats:user:u", "scan_count") == 1
            && await Db.CountAsync("stats:user:u", "article_count") == 1 && await Db.CountAsync("state:user:u", "login_count") == 1);
    }

    [Fact]
    public async Task N1_a_group_that_is_lost_is_made_again_told_and_nothing_counts_twice()
    {
        await using var router = TestRouter.Start(fixture.Server.Address);
        for (var i = 0; i < 50; i++) await Db.LoginAsync($"u{i % 5}");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u0", "login_count") == 10);
        await Db.ExecuteAsync("XGROUP", "DESTROY", "events:auth", "event-router-group");
        await Db.LoginAsync("u0");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u0", "login_count") == 11);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        Assert.Equal(10, await Db.CountAsync("state:user:u1", "login_count"));
        var status = router.Router.Statuses.Single(s => s.Stream == "events:auth");
        Assert.Equal(1, status.Gaps);
        Assert.StartsWith("the consumer group was lost", status.Alarm, StringComparison.Ordinal);
    }

    [Fact]
    public async Task N12_a_stream_read_again_from_its_beginning_changes_nothing()
    {
        await using var router = TestRouter.Start(fixture.Server.Address);
        for (var i = 0; i < 20; i++) await Db.LoginAsync("u");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 20);
        var before = await Db.HashGetAllAsync("state:user:u");
        await Db.ExecuteAsync("XGROUP", "SETID", "events:auth", "event-router-group", "0");
        await Db.LoginAsync("another");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:another", "login_count") == 1);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        Assert.Equal(before, await Db.HashGetAllAsync("state:user:u"));
    }

    [Fact]
    public async Task N10_malformed_entries_wait_as_dead_letters_and_hold_up_nobody()
    {
        await Db.AddAsync("events:auth", "5-1", "type", "login");
        await Db.AddAsync("events:auth", "5-2", "type", "login", "user_id", new string('x', 1 << 20));
        await Db.ExecuteAsync("XADD", "events:auth", "5-3", "type", "login", "user_id", new byte[] { 0xff, 0x00, 0xfe });
        await Db.ExecuteAsync("XADD", "events:auth", "5-4", new byte[] { 0xff }, "x");
        await Db.LoginAsync("u", "5-5");
        await using var router = TestRouter.Start(fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        var letter = await LetterAsync(router, "events:auth:5-1");
        Assert.Equal(("the entry has no user_id", "handle", "auth.login"),
            (Record(letter).Reason, Record(letter).Stage, Record(letter).EventType));
        Assert.Equal("""{"stream":"events:auth","id":"5-1","fields":{"type":"login"}}""", System.Text.Encoding.UTF8.GetString(letter.Payload.Span));
        Assert.Equal("the entry has no type", Record(await LetterAsync(router, "events:auth:5-4")).Reason);
    }

    [Theory]
    [InlineData(UnknownTypePolicy.DeadLetter, 0, 1)]
    [InlineData(UnknownTypePolicy.Acknowledge, 0, 0)]
    [InlineData(UnknownTypePolicy.Hold, 1, 0)]
    public async Task N9_an_unknown_type_is_treated_as_the_domain_has_it(UnknownTypePolicy policy, int pending, int letters)
    {
        await Db.AddAsync("events:auth", "5-1", "type", "signup", "user_id", "u");
        await Db.LoginAsync("u", "5-2");
        await using var router = TestRouter.Start(fixture.Server.Address, RouterSettings.Default with
        {
            Unknown = new Dictionary<string, UnknownTypePolicy> { ["auth"] = policy },
        });
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == pending);
        Assert.Equal(letters,
            (await router.Letters.ListAsync("dlq:stream:")).Match(l => l.Count, f => throw new InvalidOperationException(f.Message)));
    }

    [Fact]
    public async Task N4_an_entry_that_always_fails_becomes_a_dead_letter_and_others_do_not_wait_for_it()
    {
        await Db.StringSetAsync("state:user:poison", "no hash");
        await Db.LoginAsync("poison", "5-1");
        await Db.LoginAsync("poison", "5-2");
        await Db.LoginAsync("u", "5-3");
        await using var router = TestRouter.Start(fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1);
        Assert.Equal(2, await Db.PendingAsync("events:auth"));
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        var record = Record(await LetterAsync(router, "events:auth:5-1"));
        Assert.Equal("state:user:poison is no hash (delivered 5 times)", record.Reason);
        Assert.Equal(5, record.AttemptCount);
    }

    [Fact]
    public async Task D9_a_dead_letter_that_is_replayed_counts_once_though_younger_entries_did()
    {
        await Db.StringSetAsync("state:user:u", "no hash");
        await Db.LoginAsync("u", "1768727553123-0");
        await using var router = TestRouter.Start(fixture.Server.Address, RouterSettings.Default with { DeliveryLimit = 1 });
        await Producer.UntilAsync(async () => await Db.HashExistsAsync("router:waiting:events:auth", "1768727553123-0"));
        await Db.KeyDeleteAsync("state:user:u");
        await Db.LoginAsync("u", "1768827553123-0");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1);

        var replay = new StreamReplay(router.Router.Parts);
        var order = await OrderAsync(router, "events:auth:1768727553123-0");
        Assert.IsType<Runtime.Delivering.ReplayOutcome.Delivered>(await replay.RunAsync(order));
        Assert.IsType<Runtime.Delivering.ReplayOutcome.Delivered>(await replay.RunAsync(order));
        Assert.Equal(2, await Db.CountAsync("state:user:u", "login_count"));
        Assert.Equal("2", (string?)await Db.HashGetAsync("state:user:u", "streak_days"));
        Assert.Equal("2026-01-19T12:59:13.123", (string?)await Db.HashGetAsync("state:user:u", "last_login"));
        Assert.False(await Db.KeyExistsAsync("dlq:stream:events:auth:1768727553123-0"));
    }

    [Fact]
    public async Task N5_what_others_trim_away_unread_is_counted_and_told()
    {
        await using var router = TestRouter.Start(fixture.Server.Address);
        await Db.LoginAsync("u");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1);
        router.IsPaused = true;
        await Task.Delay(500);
        for (var i = 0; i < 10; i++) await Db.LoginAsync("u");
        await Db.ExecuteAsync("XTRIM", "events:auth", "MAXLEN", "3");
        router.IsPaused = false;
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 4);
        var status = router.Router.Statuses.Single(s => s.Stream == "events:auth");
        Assert.Equal((7, "7 entries were removed by others, unread"), (status.LostEntries, status.Alarm));
        Assert.Equal(7, (long)await Db.HashGetAsync("router:facts:events:auth", "lost"));
    }

    [Fact]
    public async Task N7_a_clean_stop_leaves_nothing_pending_and_another_goes_on_without_waiting_for_the_lease()
    {
        await using var first = TestRouter.Start(fixture.Server.Address);
        await Db.LoginAsync("u");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1);
        await using var second = TestRouter.Start(fixture.Server.Address);
        await Producer.UntilAsync(() => Task.FromResult(second.Router.Statuses.Count == 2), describe: () =>
            Task.FromResult($"{second.Router.Statuses.Count}"));
        var stopped = Stopwatch.StartNew();
        await first.StopAsync();
        Assert.Equal(0, await Db.PendingAsync("events:auth"));
        await Db.LoginAsync("u");
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 2);
        // Not by the lease's end, then: the shard was given back.
        Assert.True(stopped.Elapsed < RouterSettings.Default.LeaseLife, $"took {stopped.Elapsed}");
    }

    [Fact]
    public async Task N8_what_a_dead_process_left_pending_is_taken_over_to_the_last_entry()
    {
        for (var i = 0; i < 3000; i++) _ = Db.ExecuteAsync("XADD", "events:auth", "*", "type", "login", "user_id", $"u{i % 10}");
        await Db.PingAsync();
        await Db.ExecuteAsync("XGROUP", "CREATE", "events:auth", "event-router-group", "0");
        await Db.ExecuteAsync("XREADGROUP", "GROUP", "event-router-group", "hobom:dead", "COUNT", "3000", "STREAMS", "events:auth", ">");
        Assert.Equal(3000, await Db.PendingAsync("events:auth"));
        await using var router = TestRouter.Start(fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        for (var i = 0; i < 10; i++) Assert.Equal(300, await Db.CountAsync($"state:user:u{i}", "login_count"));
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
        await using var router = TestRouter.Start(fixture.Server.Address, RouterSettings.Default with { DeliveryLimit = 2 }, handlers);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:good", "count") == 1);
        await Producer.UntilAsync(async () => await Db.HashExistsAsync("router:waiting:events:auth", "5-1"));
        Assert.Equal(
            "internal error: InvalidOperationException: a bug (delivered 2 times)",
                Record(await LetterAsync(router, "events:auth:5-1")).Reason);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public async Task D6_an_entry_whose_process_died_with_it_is_tried_alone_and_not_beyond_the_limit(int deliveries, bool isApplied)
    {
        await Db.LoginAsync("u", "5-1");
        await Db.LoginAsync("v", "5-2");
        await Db.ExecuteAsync("XGROUP", "CREATE", "events:auth", "event-router-group", "0");
        await Db.ExecuteAsync("XREADGROUP", "GROUP", "event-router-group", "hobom:dead", "COUNT", "2", "STREAMS", "events:auth", ">");
        await Db.ExecuteAsync("XCLAIM", "events:auth", "event-router-group", "hobom:dead", "0", "5-1", "RETRYCOUNT", $"{deliveries}");
        await using var router = TestRouter.Start(fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:v", "login_count") == 1);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        Assert.Equal(isApplied ? 1 : 0, await Db.CountAsync("state:user:u", "login_count"));
        Assert.Equal(!isApplied, await Db.HashExistsAsync("router:waiting:events:auth", "5-1"));
    }

    [Fact]
    public async Task S5_another_programs_entry_is_left_to_it_while_it_may_be_at_work()
    {
        await Db.LoginAsync("u", "5-1");
        await Db.ExecuteAsync("XGROUP", "CREATE", "events:auth", "event-router-group", "0");
        await Db.ExecuteAsync("XREADGROUP", "GROUP", "event-router-group", "stranger", "STREAMS", "events:auth", ">");
        await Db.LoginAsync("v", "5-2");
        await using var router = TestRouter.Start(fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:v", "login_count") == 1);
        Assert.Equal(1, await Db.PendingAsync("events:auth"));
        Assert.Equal(0, await Db.CountAsync("state:user:u", "login_count"));
    }

    /// <summary>The rights of docs/OPERATING.md, read from it.</summary>
    [Fact]
    public async Task The_account_that_the_operators_document_names_is_enough()
    {
        string[] rights = [.. OperatorsRights().Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => w[0] is '~' or '+' or '-')
            .Distinct()];
        await Db.ExecuteAsync("ACL", ["SETUSER", "router", "reset", "on", ">of-the-router", .. rights]);
        await Db.StringSetAsync("state:user:poison", "no hash");
        await Db.LoginAsync("poison", "5-1");
        await Db.LoginAsync("u", "5-2");
        await Db.ExecuteAsync("ACL", "LOG", "RESET");
        await using var router = TestRouter.Start(
            $"{fixture.Server.Address},user=router,password=of-the-router", RouterSettings.Default with { DeliveryLimit = 2 });
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1, describe: DeniedAsync);
        await Producer.UntilAsync(async () => await Db.HashExistsAsync("router:waiting:events:auth", "5-1"), describe: DeniedAsync);
        var look = new StreamLook(router.Router.Parts.Redis, RouterSettings.Default.Group);
        Assert.True((await look.InfoAsync(router.Router.Streams[0])).IsRight);
        Assert.True((await look.AroundAsync("events:auth", new EntryId(5, 2), 3)).IsRight);
        Assert.True((await new StateStore(router.Router.Parts.Redis, RouterSettings.Default).IncrementAsync(StateKey.User("u"), "n", 1))
            .IsRight);
        Assert.Equal("", await DeniedAsync());
    }

    /// <summary>What the client asks for its own sake, when it connects, it does without.</summary>
    async Task<string> DeniedAsync()
    {
        string[] ofTheClient = ["cluster", "config", "sentinel", "subscribe", "__Booksleeve"];
        var denied = ((RedisResult[])(await Db.ExecuteAsync("ACL", "LOG", "128"))!).Select(e => (string)e.ToDictionary()["object"]!);
        return string.Join(' ', denied.Where(d => !ofTheClient.Any(own => d.StartsWith(own, StringComparison.Ordinal))).Distinct());
    }

    static string OperatorsRights()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Hobom.Slices.sln"))) folder = folder.Parent!;
        var lines = File.ReadAllLines(Path.Combine(folder.FullName, "docs/OPERATING.md"));
        return string.Join(' ', lines.SkipWhile(l => !l.Contains("ACL SETUSER", StringComparison.Ordinal))
            .TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal))
            .Where(l => l.StartsWith("    ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task D17_the_number_of_shards_counts_as_first_written_and_another_one_is_told()
    {
        await using var first =
            TestRouter.Start(fixture.Server.Address, RouterSettings.Default with { Shards = new Dictionary<string, int> { ["auth"] = 2 } });
        await Producer.UntilAsync(() => Task.FromResult(first.Router.Streams.Count == 6));
        await using var second = TestRouter.Start(fixture.Server.Address);
        await Producer.UntilAsync(() => Task.FromResult(second.Router.Streams.Count == 6));
        Assert.Null(first.Router.LayoutProblem);
        Assert.StartsWith("auth has 2 shards and not 1", second.Router.LayoutProblem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S8_the_streak_event_is_written_in_the_same_step_and_once()
    {
        for (var day = 0; day < 8; day++) await Db.LoginAsync("u", $"{1768727553123 + (day * 86_400_000L)}-0");
        await using var router = TestRouter.Start(fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 8);
        var told = await Db.StreamRangeAsync("events:streak");
        Assert.Equal(["7", "8"], told.Select(e => (string?)e["streak_days"]));
    }

    [Fact]
    public async Task D8_retention_trims_behind_the_slowest_group_only_and_forgets_with_it()
    {
        for (var i = 1; i <= 10; i++) await Db.LoginAsync("u", $"{i}000-0");
        await Db.ExecuteAsync("XGROUP", "CREATE", "events:auth", "slow", "4000-0");
        await using var router = TestRouter.Start(fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 10);
        await Producer.UntilAsync(async () => await Db.StreamLengthAsync("events:auth") == 6);
        Assert.Equal(6, await Db.SortedSetLengthAsync("router:settled:events:auth"));
    }

    static LetterRecord Record(StoredLetter letter) => ((RecordReading.Readable)letter.Record).Record;

    static async Task<StoredLetter> LetterAsync(TestRouter router, string id) =>
        (await router.Letters.GetAsync(new DeadLetterKey(new Category("stream"), id))).Match(
            lookup => ((LetterLookup.Found)lookup).Letter, failure => throw new InvalidOperationException(failure.Message));

    static async Task<Runtime.Delivering.ReplayOrder> OrderAsync(TestRouter router, string id)
    {
        var letter = await LetterAsync(router, id);
        var route = new ReplayRoute(new RelayRoute("STREAM_ENTRY", "", new Category("stream")), e => e.Value);
        var delivery = DeadLetterDecisions.PlanReplay(letter, route, DateTimeOffset.UtcNow)
            .Match(Right: d => d, Left: refusal => throw new InvalidOperationException(refusal.Message));
        return new Runtime.Delivering.ReplayOrder(delivery, "test", Runtime.Delivering.Confirmation.None);
    }
}
