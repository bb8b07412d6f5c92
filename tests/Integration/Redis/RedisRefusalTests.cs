using System.Diagnostics;
using System.Net.Sockets;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Tests.Support;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Integration.Redis;

/// <summary>A Redis that answers, and does not do what it is asked.</summary>
public sealed class RedisRefusalTests
{
    static readonly GuardedWrite Write = new([RedisCommand.Set("dlqx:tried", "1", null)]);

    [Fact]
    public async Task A_master_that_became_a_replica_and_keeps_its_connections_is_left_for_the_one_behind_the_address_now()
    {
        await using var old = await RedisServer.StartedAsync();
        await using var next = await RedisServer.StartedAsync();
        await using var address = new TcpForwarder(old.Port);
        await using var connection = RedisFixture.ConnectionTo(address.Address);
        (await connection.CommitAsync(Write)).Right();
        await AsAdminAsync(old, "REPLICAOF", "127.0.0.1", $"{next.Port}");

        var refused = (await connection.CommitAsync(Write)).Left();
        Assert.StartsWith("READONLY ", refused.Refusal, StringComparison.Ordinal);
        Assert.Equal(RedisReach.Refusing, connection.State.Reach);
        address.MoveTo(next.Port);
        await SoonAsync(async () => (await connection.CommitAsync(Write)).IsRight);
        Assert.Equal(RedisReach.Up, connection.State.Reach);
        Assert.True((await connection.RunAsync(db => db.HashSetAsync("dlqx:plain", "a", "1"))).Right());
    }

    [Fact]
    public async Task A_replica_that_is_promoted_where_it_is_takes_writes_of_every_kind_at_once()
    {
        await using var server = await RedisServer.StartedAsync();
        await AsAdminAsync(server, "REPLICAOF", "127.0.0.1", "1");
        await using var connection = RedisFixture.ConnectionTo(server.Address);
        (await connection.CommitAsync(Write)).Left();
        Assert.StartsWith("READONLY ", (await connection.RunAsync(db => db.HashSetAsync("dlqx:plain", "a", "1"))).Left().Refusal, StringComparison.Ordinal);

        await AsAdminAsync(server, "REPLICAOF", "NO", "ONE");
        await SoonAsync(async () => (await connection.RunAsync(db => db.HashSetAsync("dlqx:plain", "a", "1"))).IsRight);
        (await connection.CommitAsync(Write)).Right();
        Assert.Equal(RedisReach.Up, connection.State.Reach);
    }

    [Fact]
    public async Task Out_of_memory_is_told_in_Redis_own_words_while_reads_go_on_and_until_a_write_is_accepted()
    {
        await using var server = await RedisServer.StartedAsync();
        await using var connection = RedisFixture.ConnectionTo(server.Address);
        var health = new RedisStoreHealth(connection, TimeProvider.System);
        Assert.Null((await health.ReadAsync()).Right().Refusal);
        await AsAdminAsync(server, "CONFIG", "SET", "maxmemory", "1");

        Assert.StartsWith("OOM ", (await connection.CommitAsync(Write)).Left().Refusal, StringComparison.Ordinal);
        (await connection.RunAsync(db => db.KeyExistsAsync("x"))).Right();
        Assert.Equal(RedisReach.Refusing, connection.State.Reach);
        Assert.DoesNotContain("script", connection.State.Detail, StringComparison.Ordinal);
        var seen = (await health.ReadAsync()).Right();
        Assert.StartsWith("OOM ", seen.Refusal, StringComparison.Ordinal);
        Assert.Contains(seen.Problems, p => p.StartsWith("Redis refuses writes: OOM ", StringComparison.Ordinal));
        await AsAdminAsync(server, "CONFIG", "SET", "maxmemory", "0");
        Assert.Null((await health.ReadAsync()).Right().Refusal);
        Assert.Equal(RedisReach.Up, connection.State.Reach);
    }

    [Fact]
    public async Task A_snapshot_that_fails_is_told_in_Redis_own_words()
    {
        var folder = Directory.CreateTempSubdirectory("hobom-rdb-");
        await using var server = await RedisServer.StartedAsync("--appendonly", "no", "--dir", folder.FullName, "--save", "3600", "1");
        await using var connection = RedisFixture.ConnectionTo(server.Address);
        (await connection.CommitAsync(Write)).Right();
        folder.Delete(recursive: true);
        await AsAdminAsync(server, "BGSAVE");

        await SoonAsync(async () => (await connection.CommitAsync(Write)).IsLeft);
        Assert.StartsWith("MISCONF ", (await connection.CommitAsync(Write)).Left().Refusal, StringComparison.Ordinal);
        Assert.StartsWith("MISCONF ", connection.State.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_that_was_changed_is_told_once_the_connection_is_made_anew_and_neither_password_is()
    {
        await using var server = await RedisServer.StartedAsync("--requirepass", "old-secret");
        await using var connection = RedisFixture.ConnectionTo($"{server.Address},password=old-secret");
        (await connection.CommitAsync(Write)).Right();
        await AsAdminAsync(server, "old-secret", ["CONFIG", "SET", "requirepass", "new-secret"]);
        await AsAdminAsync(server, "new-secret", ["CLIENT", "KILL", "TYPE", "normal"]);

        await SoonAsync(async () => (await connection.CommitAsync(Write)).Match(_ => false, f => f.Refusal is not null));
        var refused = (await connection.CommitAsync(Write)).Left();
        Assert.StartsWith("WRONGPASS ", refused.Refusal, StringComparison.Ordinal);
        Assert.StartsWith("WRONGPASS ", connection.State.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message + connection.State.Detail, StringComparison.Ordinal);
        await AsAdminAsync(server, "new-secret", ["CONFIG", "SET", "requirepass", "old-secret"]);
        await SoonAsync(async () => (await connection.CommitAsync(Write)).IsRight);
    }

    [Fact]
    public async Task Without_the_password_that_is_wanted_the_refusal_says_so()
    {
        await using var server = await RedisServer.StartedAsync("--requirepass", "secret");
        await using var connection = RedisFixture.ConnectionTo(server.Address);
        Assert.StartsWith("NOAUTH ", (await connection.CommitAsync(Write)).Left().Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_without_a_right_is_told_of_it_also_where_several_reads_go_as_one()
    {
        await using var server = await RedisServer.StartedAsync();
        await AsAdminAsync(server, "ACL", "SETUSER", "relay", "on", ">pw", "~*", "+@all", "-get", "-evalsha", "-eval");
        await using var connection = RedisFixture.ConnectionTo($"{server.Address},user=relay,password=pw");
        Assert.StartsWith("NOPERM ", (await connection.CommitAsync(Write)).Left().Refusal, StringComparison.Ordinal);
        Assert.StartsWith("NOPERM ", connection.State.Detail, StringComparison.Ordinal);
        var read = await new RedisDeadLetterStore(connection, TimeProvider.System).GetAsync(Letters.Key("a"));
        Assert.StartsWith("NOPERM ", read.Left().Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redis_is_reached_over_IPv6()
    {
        if (!Socket.OSSupportsIPv6) return;
        await using var server = await RedisServer.StartedAsync("--bind", "127.0.0.1", "::1");
        await using var connection = RedisFixture.ConnectionTo($"[::1]:{server.Port}");
        (await connection.CommitAsync(Write)).Right();
    }

    static Task AsAdminAsync(RedisServer server, params string[] command) => AsAdminAsync(server, null, command);

    static async Task AsAdminAsync(RedisServer server, string? password, string[] command)
    {
        await using var admin = await ConnectionMultiplexer.ConnectAsync($"{server.Address},allowAdmin=true,password={password}");
        await admin.GetDatabase().ExecuteAsync(command[0], [.. command[1..]]);
    }

    static async Task SoonAsync(Func<Task<bool>> condition)
    {
        var since = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
            await Task.Delay(100);
        }
    }
}
