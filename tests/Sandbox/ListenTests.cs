using System.Net;
using System.Net.Sockets;

namespace Hobom.Slices.Sandbox.Tests;

public sealed class ListenTests
{
    [Fact]
    public void Strangers_are_kept_out_where_nothing_else_is_asked_for() =>
        Assert.Equal(IPAddress.Loopback, ServeOptions.Parse([], null).Listen);

    [Theory]
    [InlineData("localhost")]
    [InlineData("0.0.0.0:80")]
    [InlineData("")]
    public void What_is_no_address_is_refused(string address) =>
        Assert.Contains(
            $"not '{address}'", Assert.Throws<UsageException>(() => ServeOptions.Parse(["--listen", address], null)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task All_four_ports_listen_at_the_address_and_nowhere_else_and_ready_asks_there()
    {
        var options = ServeOptions.Parse(["--listen", "127.0.0.2", "--count", "1"], null);
        await using var server = new SandboxServer(options, TimeProvider.System);
        var addresses = await server.StartAsync();

        foreach (var at in new[] { $"http://{addresses.Main}", $"http://{addresses.Space}", $"http://{addresses.Llm}", addresses.Http })
        {
            var port = new Uri(at).Port;
            Assert.Equal("127.0.0.2", new Uri(at).Host);
            using var there = new TcpClient();
            await there.ConnectAsync(IPAddress.Parse("127.0.0.2"), port);

            // Not 127.0.0.1: a server of another test may have been given the same number there.
            using var elsewhere = new TcpClient();
            await Assert.ThrowsAsync<SocketException>(() => elsewhere.ConnectAsync(IPAddress.Parse("127.0.0.3"), port));
        }

        // Asked again and again, as a container's health check is: on a busy machine one answer may take too long.
        var ready = 1;
        for (var asked = 0; ready != 0 && asked < 20; asked++)
            ready = await ReadyCommand.RunAsync(["--http", addresses.Http], CancellationToken.None);
        Assert.Equal(0, ready);
        var wrong = new UriBuilder(addresses.Http) { Host = "127.0.0.3" }.Uri;
        Assert.Equal(1, await ReadyCommand.RunAsync(["--http", $"{wrong}"], CancellationToken.None));
    }
}
