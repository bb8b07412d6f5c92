using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Shared.Core;

public sealed class HostPortTests
{
    [Theory]
    [InlineData("localhost:50051", "localhost", 50051)]
    [InlineData("main_backend-1.svc.cluster.local:1", "main_backend-1.svc.cluster.local", 1)]
    [InlineData("redis.example.:65535", "redis.example.", 65535)]
    [InlineData("127.0.0.1:80", "127.0.0.1", 80)]
    [InlineData("3com.example:80", "3com.example", 80)]
    [InlineData("[::1]:6379", "::1", 6379)]
    [InlineData("[2001:DB8::a]:443", "2001:DB8::a", 443)]
    [InlineData("[::ffff:10.0.0.1]:443", "::ffff:10.0.0.1", 443)]
    public void A_host_and_a_port_are_read(string text, string host, int port) =>
        Assert.Equal(new HostPort(host, port), HostPort.Parse(text).Match(found => found, fault => throw new InvalidOperationException(fault.Message)));

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("localhost:")]
    [InlineData(":50051")]
    [InlineData("localhost:0")]
    [InlineData("host:99999")]
    [InlineData("localhost:65536")]
    [InlineData("localhost:000080")]
    [InlineData("localhost:+1")]
    [InlineData("localhost: 80")]
    [InlineData("localhost:٨٠")]
    [InlineData(" localhost:80")]
    [InlineData("local host:80")]
    [InlineData("localhost?x:50051")]
    [InlineData("localhost#x:50051")]
    [InlineData("localhost/x:50051")]
    [InlineData("local\\host:50051")]
    [InlineData("me@localhost:50051")]
    [InlineData("local%68ost:50051")]
    [InlineData("http://localhost:80")]
    [InlineData("a:1,b:2")]
    [InlineData("::1:6379")]
    [InlineData("[zz]:50051")]
    [InlineData("[]:50051")]
    [InlineData("[::1:50051")]
    [InlineData("::1]:50051")]
    [InlineData("[127.0.0.1]:50051")]
    [InlineData("[::1]x:50051")]
    [InlineData("[[::1]]:50051")]
    [InlineData("[::1%lo]:50051")]
    [InlineData("1:50051")]
    [InlineData("127.1:50051")]
    [InlineData("0x7f.0x1:50051")]
    [InlineData("010.0.0.1:50051")]
    [InlineData("256.0.0.1:50051")]
    [InlineData("10.0.0.1.:50051")]
    [InlineData("a..b:50051")]
    [InlineData(".a:50051")]
    [InlineData("-a:50051")]
    [InlineData("a-.b:50051")]
    [InlineData("ｌocalhost:50051")]
    [InlineData("9._d:80")]
    public void Anything_else_is_refused_in_words_that_do_not_repeat_it(string text)
    {
        var message = HostPort.Parse(text).Match(found => $"read as {found}", fault => fault.Message);

        Assert.StartsWith("expected host:port", message, StringComparison.Ordinal);
    }

    [Property]
    public Property Whatever_is_read_is_the_same_when_written_and_read_again() => Prop.ForAll(
        Gen.Elements("a", "b-c", "_d", ".", "9", "127", "0", "[", "]", "::", "1", ":", "%", "x", " ", "80").ListOf()
            .Select(parts => string.Concat(parts) + ":80").ToArbitrary(),
        text => HostPort.Parse(text).Match(
            found => found.ToString() == text && Uri.TryCreate($"http://{text}/", UriKind.Absolute, out var url)
                && url.Port == 80 && url.PathAndQuery == "/",
            _ => true));
}
