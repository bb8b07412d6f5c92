using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hobom.Slices.Tests.Support;

/// <summary>
/// A Redis of its own for tests, on a loopback port that stays the same: this machine's redis-server, else a container
/// where a Docker engine answers.
/// </summary>
public abstract class RedisServer : IAsyncDisposable
{
    public int Port { get; } = LoopbackPort.Free();

    public string Address => $"127.0.0.1:{Port}";

    /// <param name="options">Of redis-server, as on its command line.</param>
    public static async Task<RedisServer> StartedAsync(params string[] options)
    {
        var server = NotStarted(options);
        await server.StartAsync();
        return server;
    }

    /// <summary>Whether this machine has a redis-server, which <see cref="StartedWithAsync"/> needs.</summary>
    public static bool IsInstalled => LocalRedis.IsHere;

    /// <summary>This machine's, with more variables in its environment.</summary>
    public static async Task<RedisServer> StartedWithAsync(IReadOnlyList<(string Name, string Value)> environment)
    {
        var server = new LocalRedis([]) { Environment = environment };
        await server.StartAsync();
        return server;
    }

    /// <summary>One whose port is known and where nothing listens yet.</summary>
    public static RedisServer NotStarted(params string[] options) =>
        IsInstalled || !ContainerEngine.Answers ? new LocalRedis(options) : new ContainerRedis(options);

    /// <summary>Returns when it answers. After <see cref="KillAsync"/>: with the keys that it had.</summary>
    public abstract Task StartAsync();

    /// <summary>As kill -9 does; returns when it is gone.</summary>
    public abstract Task KillAsync();

    /// <summary>It stops dead, its connections stay open.</summary>
    public abstract Task PauseAsync();

    public abstract Task ResumeAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>Returns when it answers a client; with a password set, the refusal is an answer too.</summary>
    protected async Task AnswersAsync(TimeSpan limit)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Port);
                await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());
                var reply = new byte[64];
                var read = await client.GetStream().ReadAsync(reply);
                if (Encoding.ASCII.GetString(reply, 0, read) is ['+', ..] or ['-', 'N', ..]) return;
            }
            catch (SocketException) when (since.Elapsed < limit)
            {
            }

            if (since.Elapsed > limit) throw new TimeoutException($"Redis on port {Port} did not start");
            await Task.Delay(20);
        }
    }
}
