using Hobom.Slices.Streams;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>The account that the operators are told to make.</summary>
public sealed class RouterRightsTests(RouterFixture fixture) : RouterTest(fixture), IClassFixture<RouterFixture>
{
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
            $"{Fixture.Server.Address},user=router,password=of-the-router", RouterSettings.Default with { DeliveryLimit = 2 });
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1, describe: DeniedAsync);
        await Producer.UntilAsync(async () => await Db.IsBuriedAsync("events:auth", "5-1"), describe: DeniedAsync);
        var look = new StreamLook(router.Router.Parts.Redis, RouterSettings.Default.Group);
        Assert.True((await look.InfoAsync(router.Router.Streams[0])).IsRight);
        Assert.True((await look.AroundAsync("events:auth", new EntryId(5, 2), 3)).IsRight);
        Assert.True((await new StateStore(router.Router.Parts.Redis, RouterSettings.Default).IncrementAsync(StateKey.User("u"), "n", 1))
            .IsRight);
        await Db.HashSetAsync(RouterKeys.Waiting("events:auth"), "5-1", 1);
        await Db.KeyDeleteAsync("dlq:stream:events:auth:5-1");
        Assert.Null((await new StreamsPoller(router.Router).VisitAsync(CancellationToken.None)).Problem);
        Assert.Equal(0, await Db.HashLengthAsync(RouterKeys.Waiting("events:auth")));
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
}
