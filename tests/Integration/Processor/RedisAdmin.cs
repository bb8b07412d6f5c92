using Hobom.Slices.Tests.Support;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>Gives the processor's account its rights, and sees what it was denied.</summary>
sealed class RedisAdmin : IAsyncDisposable
{
    public const string Password = "of-the-processor";

    readonly ConnectionMultiplexer admin;
    readonly RedisServer server;

    RedisAdmin(ConnectionMultiplexer admin, RedisServer server)
    {
        this.admin = admin;
        this.server = server;
    }

    IDatabase Db => admin.GetDatabase();

    public static async Task<RedisAdmin> RestrictAsync(RedisServer server, string[] rules)
    {
        var connected = await ConnectionMultiplexer.ConnectAsync($"{server.Address},allowAdmin=true");
        var db = connected.GetDatabase();
        await db.ExecuteAsync("ACL", "SETUSER", "admin", "on", ">of-the-admin", "~*", "+@all");
        await db.ExecuteAsync("AUTH", "admin", "of-the-admin");
        await db.ExecuteAsync("ACL", ["SETUSER", "default", "reset", "on", $">{Password}", .. rules]);
        return new RedisAdmin(connected, server);
    }

    /// <summary>Commands, each once.</summary>
    public async Task<IReadOnlyList<string>> DeniedAsync()
    {
        var entries = (RedisResult[])(await Db.ExecuteAsync("ACL", "LOG", "128"))!;
        return [.. entries.Select(e => (string[])e!).Select(e => e[Array.IndexOf(e, "object") + 1]).Distinct(StringComparer.Ordinal)];
    }

    /// <returns>What Redis says.</returns>
    public async Task<string> AsProcessorAsync(string[] command)
    {
        using var connection = await ConnectionMultiplexer.ConnectAsync($"{server.Address},password={Password},allowAdmin=true");
        try
        {
            return (await connection.GetDatabase().ExecuteAsync(command[0], [.. command[1..]])).ToString() ?? "";
        }
        catch (RedisServerException refused)
        {
            return refused.Message;
        }
    }

    public async ValueTask DisposeAsync() => await admin.CloseAsync();
}
