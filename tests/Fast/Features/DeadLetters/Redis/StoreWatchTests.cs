using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Redis;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Redis;

public sealed class StoreWatchTests
{
    readonly LogLines log = new();
    Either<StoreFailure, StoreHealth> next = new StoreFailure("down");

    [Fact]
    public async Task What_it_saw_last_is_kept_a_store_that_is_away_included()
    {
        var watch = NewWatch();
        Assert.True(watch.Last.IsLeft);
        next = With("the append-only file is off");
        Assert.True(await watch.LookAsync());
        Assert.Equal(["the append-only file is off"], watch.Last.Match(h => h.Problems, f => [f.Message]));
        next = new StoreFailure("down");
        Assert.False(await watch.LookAsync());
        Assert.Equal("down", watch.Last.Match(_ => "up", f => f.Message));
    }

    [Fact]
    public async Task A_problem_is_told_once_however_its_number_changes_and_so_is_its_end()
    {
        var watch = NewWatch();
        foreach (var health in (StoreHealth[])[
            With(), With("Redis has evicted 3 keys"), With("Redis has evicted 12 keys"), With("Redis has evicted 12 keys", "its clock is +6.5 s off"),
            With("Redis has evicted 12 keys", "its clock is +7.0 s off"), With(), With()])
        {
            next = health;
            await watch.LookAsync();
        }

        Assert.Equal(
            [
                "W the store of the dead letters: Redis has evicted 3 keys",
                "W the store of the dead letters: Redis has evicted 12 keys; its clock is +6.5 s off",
                "I the store of the dead letters is well",
            ],
            log.Lines);
    }

    static StoreHealth With(params string[] problems) =>
        StoreHealth.Of(new Dictionary<string, string>(StringComparer.Ordinal), TimeSpan.Zero) with { Problems = problems };

    StoreWatch NewWatch() => new(() => Task.FromResult(next), log);
}
