using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static Grpc.Net.Client.Tests.OutboxCalls;
using static Grpc.Net.Client.Tests.ScriptedHandler;

namespace Grpc.Net.Client.Tests;

public sealed class MetadataTests
{
    [Fact]
    public async Task A_request_carries_the_protocols_headers()
    {
        using var handler = new ScriptedHandler(Reply(Frame(new Empty())));
        using var channel = GrpcChannel.ForAddress("http://scripted.test:81/ignored", new() { HttpHandler = handler });

        await channel.Mark();

        var sent = handler.Request!;
        Assert.Equal(HttpMethod.Post, sent.Method);
        Assert.Equal(new Version(2, 0), sent.Version);
        Assert.Equal(HttpVersionPolicy.RequestVersionExact, sent.VersionPolicy);
        Assert.Equal("http://scripted.test:81" + MarkPath, sent.RequestUri!.ToString());
        Assert.Equal("trailers", sent.Headers.TE.ToString());
        Assert.Equal("application/grpc", sent.Content!.Headers.ContentType!.ToString());
        Assert.StartsWith("grpc-", sent.Headers.UserAgent.ToString(), StringComparison.Ordinal);
        Assert.False(sent.Headers.Contains("grpc-timeout"));
    }

    [Fact]
    public async Task Request_metadata_travels_as_headers_and_bytes_as_base64()
    {
        using var handler = new ScriptedHandler(Reply(Frame(new Empty())));
        using var channel = Channel(handler);
        var metadata = new Metadata { { "X-Api-Key", "k" }, { "many", "1" }, { "many", "2" }, { "trace-bin", [0xff, 0, 1] } };

        await channel.Mark(new CallOptions(metadata));

        Assert.Equal(["k"], handler.Request!.Headers.GetValues("x-api-key"));
        Assert.Equal(["1", "2"], handler.Request.Headers.GetValues("many"));
        Assert.Equal([0xff, 0, 1], Unpadded(handler.Request.Headers.GetValues("trace-bin").Single()));
    }

    [Theory]
    [InlineData(0.5, 400, 500)]
    [InlineData(3600, 3_590_000, 3_600_000)]
    [InlineData(40 * 24 * 3600, 3_455_900_000, 3_456_001_000)]
    public async Task The_time_left_is_told_in_at_most_eight_digits_and_a_unit(double seconds, double least, double most)
    {
        using var handler = new ScriptedHandler(Reply(Frame(new Empty())));
        using var channel = Channel(handler);

        await channel.Mark(new CallOptions(deadline: In(TimeSpan.FromSeconds(seconds))));

        var timeout = handler.Request!.Headers.GetValues("grpc-timeout").Single();
        Assert.Matches("^[0-9]{1,8}[HMSmun]$", timeout);
        var unitMilliseconds = timeout[^1] switch { 'H' => 3_600_000, 'M' => 60_000, 'S' => 1000, 'm' => 1, 'u' => 1e-3, _ => 1e-6 };
        Assert.InRange(double.Parse(timeout[..^1], CultureInfo.InvariantCulture) * unitMilliseconds, least, most);
    }

    [Fact]
    public async Task A_value_that_no_header_can_carry_fails_the_call()
    {
        using var server = new SocketsHttpHandler();
        using var channel = GrpcChannel.ForAddress("http://127.0.0.1:1", new() { HttpHandler = server });

        var failure = await FailureOf(channel.Mark(new CallOptions(new Metadata { { "x-api-key", "geheimnisvoll€" } })));

        Assert.DoesNotContain("geheimnisvoll", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_metadata_is_read_from_headers_and_trailers()
    {
        var reply = Reply(Frame(new Empty()));
        reply.Headers.Add("Row-Count", "3");
        reply.Headers.Add("padded-bin", "AQI=");
        reply.TrailingHeaders.Add("took", "5 ms");
        reply.TrailingHeaders.Add("unpadded-bin", "AQI");
        using var channel = Channel(new ScriptedHandler(reply));
        using var call = channel.Mark();

        await call;

        var headers = await call.ResponseHeadersAsync;
        Assert.Equal("3", headers.GetValue("row-count"));
        Assert.Equal([1, 2], headers.GetValueBytes("padded-bin"));
        var trailers = call.GetTrailers();
        Assert.Equal("5 ms", trailers.GetValue("took"));
        Assert.Equal([1, 2], trailers.GetValueBytes("unpadded-bin"));
        Assert.Null(trailers.Get("grpc-status"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failure_carries_the_trailers_that_came_with_it(bool trailersOnly)
    {
        var reply = trailersOnly ? TrailersOnly("9") : Reply([], "9");
        (trailersOnly ? reply.Headers : reply.TrailingHeaders).Add("retry-after-ms", "250");
        (trailersOnly ? reply.Headers : reply.TrailingHeaders).Add("grpc-status-details-bin", "CAk=");
        using var channel = Channel(new ScriptedHandler(reply));

        var failure = await FailureOf(channel.Mark());

        Assert.Equal("250", failure.Trailers.GetValue("retry-after-ms"));
        Assert.Equal([8, 9], failure.Trailers.GetValueBytes("grpc-status-details-bin"));
    }

    [Fact]
    public void An_entry_takes_bytes_or_text_as_its_key_says()
    {
        Assert.Equal("x-api-key", new Metadata.Entry("X-Api-Key", "v").Key);
        Assert.Equal("v"u8.ToArray(), new Metadata.Entry("key", "v").ValueBytes);
        Assert.True(new Metadata.Entry("trace-bin", [1]).IsBinary);
        Assert.Throws<InvalidOperationException>(() => new Metadata.Entry("trace-bin", [1]).Value);
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("trace-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("trace", [1]));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("no spaces", "v"));
    }

    [Fact]
    public void The_last_entry_of_a_key_is_the_one_read()
    {
        var metadata = new Metadata { { "key", "1" }, { "KEY", "2" } };

        Assert.Equal("2", metadata.GetValue("Key"));
        Assert.Equal(["1", "2"], metadata.GetAll("key").Select(entry => entry.Value));
        Assert.Null(metadata.GetValue("other"));
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("key", "1"));
    }

    private static byte[] Unpadded(string base64) =>
        Convert.FromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='));
}
