using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>This machine's nats-server with JetStream, on a loopback port and in a folder of its own that outlive its death.</summary>
public sealed class NatsServer : IAsyncLifetime
{
    /// <summary>Where Debian's package puts it, which is not on everybody's path.</summary>
    const string Packaged = "/usr/sbin/nats-server";

    readonly string folder = ServerFolder.New("hobom-nats-");
    readonly int port = LoopbackPort.Free();
    Process? process;

    public string Url => $"nats://127.0.0.1:{port}";

    public async Task InitializeAsync() => await StartAsync();

    /// <summary>Returns when it answers; with what it had on disk.</summary>
    public async Task StartAsync()
    {
        string[] arguments = ["-a", "127.0.0.1", "-p", $"{port}", "-js", "-sd", folder, "-l", Path.Combine(folder, "log")];
        process = Process.Start(new ProcessStartInfo(File.Exists(Packaged) ? Packaged : "nats-server", arguments))!;
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (tries < 600 && !process.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>As kill -9 does.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>What it has on disk now; to be called while it is dead.</summary>
    /// <returns>The copy's folder, for <see cref="GoBackTo"/>.</returns>
    public string Copy()
    {
        var copy = ServerFolder.New("hobom-nats-copy-");
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(copy, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return copy;
    }

    /// <summary>As a machine does that had no more on its disk; to be called while it is dead. The copy is used up.</summary>
    public void GoBackTo(string copy)
    {
        Directory.Delete(folder, recursive: true);
        Directory.Move(copy, folder);
    }

    public async Task DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(folder, recursive: true);
    }
}
