using Hobom.Slices.Runtime.Redis;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Redis;

public sealed class RedisRefusalTests
{
    [Theory]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value", RefusalScope.Command)]
    [InlineData("ERR unknown command 'X'", RefusalScope.Command)]
    [InlineData("", RefusalScope.Command)]
    [InlineData("OOMPH", RefusalScope.Command)]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'.", RefusalScope.Writes)]
    [InlineData("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.", RefusalScope.Writes)]
    [InlineData("NOREPLICAS Not enough good replicas to write.", RefusalScope.Writes)]
    [InlineData("NOAUTH Authentication required.", RefusalScope.Account)]
    [InlineData("WRONGPASS invalid username-password pair or user is disabled.", RefusalScope.Account)]
    [InlineData("NOPERM this user has no permissions to run the 'set' command", RefusalScope.Account)]
    [InlineData("ERR The user executing the script can't run this command or subcommand", RefusalScope.Account)]
    [InlineData("ERR The user executing the script can't access at least one of the keys mentioned", RefusalScope.Account)]
    [InlineData("READONLY You can't write against a read only replica.", RefusalScope.Server)]
    [InlineData("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", RefusalScope.Server)]
    [InlineData("LOADING Redis is loading the dataset in memory", RefusalScope.Server)]
    [InlineData("CLUSTERDOWN The cluster is down", RefusalScope.Server)]
    [InlineData("BUSY Redis is busy running a script.", RefusalScope.Server)]
    public void Redis_first_word_says_whom_it_concerns(string message, RefusalScope scope) =>
        Assert.Equal(new RedisRefusal(scope, message), RedisRefusal.Of(message));

    [Theory]
    [InlineData("SimpleError: WRONGPASS invalid username-password pair", "WRONGPASS invalid username-password pair")]
    [InlineData("OOM command not allowed. script: db8d8f6383e1a67ce23db65efd679a334c123806, on @user_script:1.", "OOM command not allowed.")]
    public void The_reason_is_Redis_own_words_and_nothing_around_them(string message, string reason) =>
        Assert.Equal(reason, RedisRefusal.Of(message).Reason);
}
