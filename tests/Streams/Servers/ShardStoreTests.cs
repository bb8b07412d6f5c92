using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Streams;
using Hobom.Slices.Tests.Streams.Rules;
using LanguageExt;
using StackExchange.Redis;
using StreamEntry = Hobom.Slices.Streams.StreamEntry;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>The scripts one by one: the atomic step against its model, and what one who has lost the lease can still do.</summary>
public sealed class ShardStoreTests(RouterFixture fixture) : IClassFixture<RouterFixture>, IAsyncLifetime
{
    static readonly (string Domain, string Type)[] Types =
    [
        ("auth", "login"), ("auth", "login"), ("auth", "login"), ("auth", "logout"), ("chat", "message_complete"), ("chat", "feedback"),
        ("scan", "scan_start"), ("info", "article_fetched"),
    ];

    RedisConnection redis = null!;

    IDatabase Db => fixture.Plain;

    public async Task InitializeAsync()
    {
        await fixture.ClearAsync();
        redis = RouterFixture.ConnectionTo(fixture.Server.Address);
    }

    public async Task DisposeAsync() => await redis.DisposeAsync();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    /// <summary>Random entries, in random batches, many of them again and again, over decisions made from state as it is then.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task S2_the_state_is_the_fold_over_the_distinct_entries_whatever_is_delivered_again(int seed)
    {
        var chance = new Random(seed);
        var history = Enumerable.Range(0, chance.Next(1, 80)).Select(i => Types[chance.Next(Types.Length)] is var (domain, type)
            ? Entries.Of(domain, $"{1768700000000 + (chance.Next(0, 40 * 24) * 3_600_000L)}-{i}", ("type", type),
                ("user_id", $"u{chance.Next(3)}"), ("job_id", $"j{chance.Next(4)}"))
            : throw new InvalidOperationException()).ToArray();
        foreach (var domain in HandlerRegistry.Default.Domains) await Db.StringSetAsync(RouterKeys.Lease($"events:{domain}"), "1 me");
        var deliveries = history.Concat(history.Where(_ => chance.Next(2) == 0)).Concat(history.Where(_ => chance.Next(3) == 0)).ToArray();
        chance.Shuffle(deliveries);
        foreach (var entry in deliveries.Length > 0 ? deliveries : history) await ApplyAsync(StoreOf(entry.Stream), entry);
        foreach (var entry in history) await ApplyAsync(StoreOf(entry.Stream), entry);

        var model = StateModel.FoldOf(history.OrderBy(e => e.Id));
        foreach (var key in model.Keys)
        {
            var fields = (await Db.HashGetAllAsync(key)).OrderBy(f => (string)f.Name!, StringComparer.Ordinal)
                .Select(f => $"{f.Name}={f.Value}");
            Assert.Equal(model.Hash(key).Select(f => $"{f.Key}={f.Value}"), fields);
        }
    }

    [Fact]
    public async Task Whoever_has_lost_the_lease_can_neither_read_nor_claim_nor_apply_nor_bury_nor_trim()
    {
        await Db.LoginAsync("u", "1000-0");
        await Db.LoginAsync("u", "2000-0");
        await Db.StringSetAsync(RouterKeys.Lease("events:auth"), "1 me");
        var mine = StoreOf("events:auth");
        Right(await mine.EnsureGroupAsync());
        var read = Right(await mine.ReadAsync(1)).Entries.Single();
        await Db.StringSetAsync(RouterKeys.Lease("events:auth"), "2 other");

        Assert.IsType<ShardProblem.LeaseLost>(Left(await mine.EnsureGroupAsync()));
        Assert.IsType<ShardProblem.LeaseLost>(Left(await mine.ReadAsync(10)));
        Assert.IsType<ShardProblem.LeaseLost>(Left(await mine.ClaimAsync([(read.Id, 2)])));
        Assert.IsType<ShardProblem.LeaseLost>(Left(await mine.ApplyAsync([new Application(read.Id, 0, Changes.None)])));
        Assert.IsType<ShardProblem.LeaseLost>(Left(await mine.BuryAsync(read.Id, DateTimeOffset.UtcNow)));
        Assert.IsType<ShardProblem.LeaseLost>(Left(await mine.TrimAsync(new EntryId(5000, 0))));
        Assert.Equal((1, 2), (await Db.PendingAsync("events:auth"), await Db.StreamLengthAsync("events:auth")));
        Assert.False(await Db.KeyExistsAsync("state:user:u"));
        Assert.False(await Db.KeyExistsAsync(RouterKeys.Settled("events:auth")));
    }

    [Fact]
    public async Task S2_an_entry_that_cannot_have_its_whole_effect_has_none_and_those_behind_it_in_its_lane_wait()
    {
        await Db.StringSetAsync(RouterKeys.Lease("events:chat"), "1 me");
        await Db.StringSetAsync("stats:daily:2026-01-18", "no hash");
        var changes = Entries.Handled(Entries.Of("chat", "1768727553123-0", ("type", "feedback"), ("user_id", "u")), new StateModel());
        var other = Entries.Handled(Entries.Of("chat", "1768827553123-0", ("type", "feedback"), ("user_id", "v")), new StateModel());
        var answers = Right(await StoreOf("events:chat").ApplyAsync(
        [
            new Application(new EntryId(1, 0), 7, changes), new Application(new EntryId(2, 0), 7, other),
                new Application(new EntryId(3, 0), 8, other),
        ]));
        Assert.Equal([new Applied.Fault("stats:daily:2026-01-18 is no hash"), new Applied.Blocked(), new Applied.Now()], answers);
        Assert.False(await Db.KeyExistsAsync("stats:user:u"));
        Assert.Equal(1, await Db.CountAsync("stats:user:v", "feedback_count"));
    }

    /// <summary>A script does not roll back: what it did before must not be done again.</summary>
    [Fact]
    public async Task What_a_step_applied_before_a_command_was_refused_is_settled()
    {
        await Db.ExecuteAsync("ACL", "SETUSER", "half", "reset", "on", ">half", "~*", "+@all", "-xadd");
        await Db.StringSetAsync(RouterKeys.Lease("events:chat"), "1 me");
        await using var half = RouterFixture.ConnectionTo($"{fixture.Server.Address},user=half,password=half");
        var counted = new Application(new EntryId(1, 0), 0, Changes.Of(new StateChange.Add(StateKey.UserStats("u"), "n", 1)));
        var refused = new Application(new EntryId(2, 0), 0, new Changes([], [new Emission("events:other", [new("type", "x")])], []));
        Left(await StoreOf("events:chat", half).ApplyAsync([counted, refused]));
        Assert.Equal(1, await Db.CountAsync("stats:user:u", "n"));
        Assert.Equal(new Applied.Before(), Right(await StoreOf("events:chat").ApplyAsync([counted])).Single());
        Assert.Equal(1, await Db.CountAsync("stats:user:u", "n"));
    }

    [Theory]
    [InlineData("nine")]
    [InlineData("9000000000000000")]
    [InlineData("1.5")]
    [InlineData("00")]
    [InlineData("007")]
    [InlineData("-0")]
    [InlineData("-07")]
    [InlineData("+7")]
    [InlineData(" 7")]
    [InlineData("")]
    public async Task A_field_that_cannot_be_counted_on_fails_its_entry_and_stays(string value)
    {
        await Db.StringSetAsync(RouterKeys.Lease("events:chat"), "1 me");
        await Db.HashSetAsync("stats:user:u", "message_count", value);
        var one = new StateChange.Add(StateKey.UserStats("u"), "message_count", 1);
        var answers = Right(await StoreOf("events:chat").ApplyAsync(
            [new Application(new EntryId(1, 0), 0, Changes.Of(new StateChange.Add(StateKey.UserStats("u"), "before", 1), one))]));
        Assert.Equal(new Applied.Fault("stats:user:u message_count cannot be counted on"), answers.Single());
        Assert.Equal(value, (string?)await Db.HashGetAsync("stats:user:u", "message_count"));
        Assert.False(await Db.HashExistsAsync("stats:user:u", "before"));
        if (value != "9000000000000000") Assert.Equal(value, StateView.After(one, value));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("7")]
    [InlineData("-7")]
    [InlineData("10")]
    [InlineData("-8999999999999999")]
    public async Task What_Redis_counts_on_is_counted_on(string value)
    {
        await Db.StringSetAsync(RouterKeys.Lease("events:chat"), "1 me");
        await Db.HashSetAsync("stats:user:u", "message_count", value);
        var one = new StateChange.Add(StateKey.UserStats("u"), "message_count", 1);
        Assert.Equal(
            new Applied.Now(), Right(await StoreOf("events:chat").ApplyAsync([new Application(new EntryId(1, 0), 0, Changes.Of(one))])).Single());
        Assert.Equal(StateView.After(one, value), (string?)await Db.HashGetAsync("stats:user:u", "message_count"));
    }

    [Fact]
    public async Task An_entry_whose_event_its_stream_cannot_take_has_no_effect_at_each_try()
    {
        await Db.StringSetAsync(RouterKeys.Lease("events:chat"), "1 me");
        await Db.StreamAddAsync("events:other", "type", "x", $"{ulong.MaxValue}-{ulong.MaxValue}");
        var refused = new Application(new EntryId(1, 0), 0, new Changes(
            [new StateChange.Add(StateKey.UserStats("u"), "n", 1)], [new Emission("events:other", [new("type", "x")])], []));
        Assert.IsType<ShardProblem.Away>(Left(await StoreOf("events:chat").ApplyAsync([refused])));
        Assert.False(await Db.KeyExistsAsync("stats:user:u"));
    }

    [Fact]
    public async Task An_entry_that_was_about_to_become_a_letter_and_is_applied_waits_no_more()
    {
        await Db.StringSetAsync(RouterKeys.Lease("events:chat"), "1 me");
        var store = StoreOf("events:chat");
        var applied = new Application(new EntryId(1, 0), 0, Changes.Of(new StateChange.Add(StateKey.UserStats("u"), "n", 1)));
        Assert.True(Right(await store.DoomAsync(applied.Id, DateTimeOffset.UtcNow)));
        Assert.True(await Db.HashExistsAsync(RouterKeys.Waiting("events:chat"), "1-0"));
        Assert.Equal(new Applied.Now(), Right(await store.ApplyAsync([applied])).Single());
        Assert.False(await Db.HashExistsAsync(RouterKeys.Waiting("events:chat"), "1-0"));
        Assert.False(Right(await store.DoomAsync(applied.Id, DateTimeOffset.UtcNow)));
        Assert.False(await Db.HashExistsAsync(RouterKeys.Waiting("events:chat"), "1-0"));
        await Db.StringSetAsync(RouterKeys.Lease("events:chat"), "2 other");
        Assert.IsType<ShardProblem.LeaseLost>(Left(await store.DoomAsync(new EntryId(2, 0), DateTimeOffset.UtcNow)));
    }

    [Fact]
    public async Task A_decision_made_from_what_is_no_longer_so_is_not_applied()
    {
        await Db.StringSetAsync(RouterKeys.Lease("events:auth"), "1 me");
        var login = Entries.Handled(Entries.Of("auth", "1768727553123-0", ("type", "login"), ("user_id", "u")), new StateModel());
        await Db.HashSetAsync("state:user:u", LoginStreak.DaysField, "5");
        Assert.Equal(new Applied.Stale(),
            Right(await StoreOf("events:auth").ApplyAsync([new Application(new EntryId(1, 0), 0, login)])).Single());
        Assert.Equal(0, await Db.CountAsync("state:user:u", "login_count"));
    }

    [Fact]
    public async Task S8_the_lifetime_is_set_in_the_same_step()
    {
        await Db.StringSetAsync(RouterKeys.Lease("events:chat"), "1 me");
        await ApplyAsync(StoreOf("events:chat"), Entries.Of("chat", "1768727553123-0", ("type", "feedback"), ("user_id", "u")));
        Assert.InRange((await Db.KeyTimeToLiveAsync("stats:daily:2026-01-18"))!.Value.TotalDays, 399, 400);
        Assert.Null(await Db.KeyTimeToLiveAsync("stats:user:u"));
    }

    ShardStore StoreOf(string stream, RedisConnection? connection = null) => new(
        connection ?? redis, RouterSettings.Default, new ShardStream(StreamLayout.DomainOf(stream)!, stream, 1, new StreamPart.Whole()), "me", "1 me");

    static async Task ApplyAsync(ShardStore store, StreamEntry entry)
    {
        var handler = HandlerRegistry.Default.Find(StreamLayout.DomainOf(entry.Stream)!, entry)
            .Match(h => h, r => throw new InvalidOperationException(r.Reason));
        var state = Right(await store.StateAsync(handler.Reads(entry)));
        var changes = handler.Decide(DatedEntry.Of(entry, TimeZoneInfo.Utc), state)
            .Match(c => c, r => throw new InvalidOperationException(r.Reason));
        // What was settled before is told before anything is compared.
        Assert.True(Right(await store.ApplyAsync([new Application(entry.Id, 0, changes)])).Single() is Applied.Now or Applied.Before);
    }

    static T Right<T>(Either<ShardProblem, T> either) =>
        either.Match(right => right, left => throw new InvalidOperationException($"{left}"));

    static ShardProblem Left<T>(Either<ShardProblem, T> either) =>
        either.Match(right => throw new InvalidOperationException($"{right}"), left => left);
}
