using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hobom.Slices.Tests.Support;

/// <summary>A redis-server of its own on a free loopback port, with its data in a folder that goes with it.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("hobom-redis-").FullName;
    readonly string[] options;
    Process? process;

    RedisServer(string[] options) => this.options = options;

    public int Port { get; } = LoopbackPort.Free();

    public string Address => $"127.0.0.1:{Port}";

    public static async Task<RedisServer> StartedAsync(params string[] options)
    {
        var server = new RedisServer(options);
        await server.StartAsync();
        return server;
    }

    /// <summary>One whose port is known and where nothing listens yet.</summary>
    public static RedisServer NotStarted(params string[] options) => new(options);

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("redis-server")
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false,
        };
        string[] own = ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"];
        foreach (var argument in (string[])[.. own, .. options]) start.ArgumentList.Add(argument);
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        await AnswersAsync(TimeSpan.FromSeconds(20));
    }

    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    public Task PauseAsync() => SignalAsync("-STOP");

    public Task ResumeAsync() => SignalAsync("-CONT");

    public async ValueTask DisposeAsync()
    {
        if (process is not null) await KillAsync();
        Directory.Delete(folder, recursive: true);
    }

    async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{process!.Id}"]);
        await kill.WaitForExitAsync();
    }

    async Task AnswersAsync(TimeSpan limit)
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
                // With a password set, the refusal is an answer too.
                if (Encoding.ASCII.GetString(reply, 0, read) is ['+', ..] or ['-', 'N', ..]) return;
            }
            catch (SocketException) when (since.Elapsed < limit)
            {
            }

            if (since.Elapsed > limit) throw new TimeoutException($"redis-server on port {Port} did not start");
            await Task.Delay(20);
        }
    }
}
