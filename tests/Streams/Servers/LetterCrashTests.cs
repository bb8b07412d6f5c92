using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Streams;
using Hobom.Slices.Tests.Streams.Rules;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>A process that ends between a letter and what is remembered of its entry, and what the letter's replay answers.</summary>
public sealed class LetterCrashTests(RouterFixture fixture) : RouterTest(fixture), IClassFixture<RouterFixture>
{
    const string Id = "1768727553123-0";

    [Fact]
    public async Task A_letter_whose_entry_was_trimmed_before_it_was_settled_is_applied_by_its_replay_and_once()
    {
        await Db.StringSetAsync("state:user:u", "no hash");
        await Db.LoginAsync("u", Id);
        await DyingAfterTheLetterAsync();
        Assert.Equal(1, await Db.PendingAsync("events:auth"));
        await Db.ExecuteAsync("XTRIM", "events:auth", "MAXLEN", "0");
        await Db.KeyDeleteAsync(["state:user:u", RouterKeys.Lease("events:auth")]);

        await using var router = TestRouter.Start(Fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.PendingAsync("events:auth") == 0);
        var order = await router.OrderAsync($"events:auth:{Id}");
        for (var replays = 0; replays < 2; replays++)
        {
            Assert.IsType<ReplayOutcome.Delivered>(await new StreamReplay(router.Router.Parts).RunAsync(order));
            Assert.Equal(1, await Db.CountAsync("state:user:u", "login_count"));
        }

        Assert.False(await Db.KeyExistsAsync($"dlq:stream:events:auth:{Id}"));
    }

    [Theory]
    [InlineData(Confirmation.Delivered, 0)]
    [InlineData(Confirmation.SendAgain, 1)]
    public async Task Where_nothing_says_whether_an_entry_was_applied_a_person_does(Confirmation confirmation, int logins)
    {
        await using var router = TestRouter.Start(Fixture.Server.Address);
        var entry = Entries.Of("auth", Id, ("type", "login"), ("user_id", "u"));
        var letter = StreamLetters.Of(entry, Core.FailureClass.Transient, "x", [], DateTimeOffset.UtcNow);
        Assert.True((await router.Letters.Port.Save(letter)).IsRight);
        var replay = new StreamReplay(router.Router.Parts);
        var order = await router.OrderAsync($"events:auth:{Id}");
        Assert.IsType<ReplayOutcome.OutcomeUnknown>(await replay.RunAsync(order));
        Assert.True(await Db.KeyExistsAsync($"dlq:stream:events:auth:{Id}"));
        Assert.Equal(0, await Db.CountAsync("state:user:u", "login_count"));
        Assert.IsType<ReplayOutcome.Delivered>(await replay.RunAsync(order with { Confirmation = confirmation }));
        Assert.Equal(logins, await Db.CountAsync("state:user:u", "login_count"));
        Assert.False(await Db.KeyExistsAsync($"dlq:stream:events:auth:{Id}"));
    }

    /// <summary>The stream's owner stores the entry's letter, and nothing that it sends after that arrives.</summary>
    async Task DyingAfterTheLetterAsync()
    {
        var died = new TaskCompletionSource();
        await using var owner = await LoneWorker.StartAsync(
            Fixture, RouterSettings.Default with { DeliveryLimit = 1 }, HandlerRegistry.Default, (letters, dying) => letters with
            {
                Save = async letter =>
                {
                    var saved = await letters.Save(letter);
                    await dying.Redis.DisposeAsync();
                    died.TrySetResult();
                    return saved;
                },
            });
        await died.Task;
    }
}
