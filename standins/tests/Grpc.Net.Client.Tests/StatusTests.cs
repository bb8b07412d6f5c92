using System.Net;
using System.Net.Sockets;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static Grpc.Net.Client.Tests.OutboxCalls;
using static Grpc.Net.Client.Tests.ScriptedHandler;

namespace Grpc.Net.Client.Tests;

public sealed class StatusTests
{
    public static TheoryData<int> FailureCodes => [.. Enumerable.Range(1, 16)];

    [Theory]
    [MemberData(nameof(FailureCodes))]
    public async Task A_status_in_the_trailers_is_the_calls_status(int code)
    {
        using var channel = Channel(new ScriptedHandler(Reply([], $"{code}", "why")));

        Assert.Equal(new Status((StatusCode)code, "why"), (await FailureOf(channel.Mark())).Status);
    }

    [Theory]
    [MemberData(nameof(FailureCodes))]
    public async Task A_status_among_the_headers_is_the_calls_status(int code)
    {
        using var channel = Channel(new ScriptedHandler(TrailersOnly($"{code}", "why")));

        Assert.Equal(new Status((StatusCode)code, "why"), (await FailureOf(channel.Mark())).Status);
    }

    [Theory]
    [InlineData("plain text, nothing to do", "plain text, nothing to do")]
    [InlineData("100%25 sure", "100% sure")]
    [InlineData("line%0Atwo", "line\ntwo")]
    [InlineData("%ec%95%88%EB%85%95", "안녕")]
    [InlineData("100% sure", "100% sure")]
    [InlineData("%", "%")]
    [InlineData("end %4", "end %4")]
    [InlineData("%zz%41", "%zzA")]
    [InlineData("", "")]
    public async Task The_message_of_a_status_is_percent_decoded(string sent, string read)
    {
        using var channel = Channel(new ScriptedHandler(Reply([], "3", sent)));

        Assert.Equal(read, (await FailureOf(channel.Mark())).Status.Detail);
    }

    [Fact]
    public async Task Escapes_that_are_no_UTF8_do_not_lose_the_status()
    {
        using var channel = Channel(new ScriptedHandler(Reply([], "3", "%ff%fe")));

        Assert.Equal(StatusCode.InvalidArgument, (await FailureOf(channel.Mark())).StatusCode);
    }

    // The protocol says UNKNOWN; the package is known to say CANCELLED.
    [Theory]
    [InlineData(null)]
    [InlineData("abc")]
    [InlineData("")]
    public async Task A_response_without_a_readable_status_is_no_success(string? status)
    {
        using var channel = Channel(new ScriptedHandler(Reply(Frame(new Empty()), status)));

        Assert.Contains(
            (await FailureOf(channel.Mark())).StatusCode, new[] { StatusCode.Unknown, StatusCode.Cancelled });
    }

    [Fact]
    public async Task A_response_that_is_not_gRPC_is_no_success()
    {
        var page = new HttpResponseMessage { Version = HttpVersion.Version20, Content = new StringContent("<html>") };
        using var channel = Channel(new ScriptedHandler(page));

        Assert.Contains(
            (await FailureOf(channel.Mark())).StatusCode, new[] { StatusCode.Unknown, StatusCode.Cancelled });
    }

    [Theory]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(500, StatusCode.Unknown)]
    [InlineData(502, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(504, StatusCode.Unavailable)]
    public async Task An_HTTP_failure_has_its_gRPC_status(int httpStatus, StatusCode expected)
    {
        var page = new HttpResponseMessage((HttpStatusCode)httpStatus)
        {
            Version = HttpVersion.Version20,
            Content = new StringContent("<html>"),
        };
        using var channel = Channel(new ScriptedHandler(page));

        Assert.Equal(expected, (await FailureOf(channel.Mark())).StatusCode);
    }

    [Fact]
    public async Task A_stated_status_counts_more_than_the_HTTP_status()
    {
        var reply = TrailersOnly("7");
        reply.StatusCode = HttpStatusCode.ServiceUnavailable;
        using var channel = Channel(new ScriptedHandler(reply));

        Assert.Equal(StatusCode.PermissionDenied, (await FailureOf(channel.Mark())).StatusCode);
    }

    [Theory]
    [InlineData(0x0, StatusCode.Internal)]
    [InlineData(0x1, StatusCode.Internal)]
    [InlineData(0x2, StatusCode.Internal)]
    [InlineData(0x7, StatusCode.Unavailable)]
    [InlineData(0x8, StatusCode.Cancelled)]
    [InlineData(0xb, StatusCode.ResourceExhausted)]
    [InlineData(0xc, StatusCode.PermissionDenied)]
    public async Task A_reset_stream_has_the_status_of_its_code(long http2ErrorCode, StatusCode expected)
    {
        var reset = new HttpProtocolException(http2ErrorCode, "reset", null);
        using var beforeHeaders = Channel(new ScriptedHandler(_ => throw new HttpRequestException("failed", reset)));
        using var insideBody = Channel(new ScriptedHandler(
            Reply(new ChunkedStream([0, 0], 1, _ => throw new IOException("aborted", reset)), status: null)));

        Assert.Equal(expected, (await FailureOf(beforeHeaders.Mark())).StatusCode);
        Assert.Equal(expected, (await FailureOf(insideBody.Mark())).StatusCode);
    }

    [Fact]
    public async Task A_connection_that_fails_is_UNAVAILABLE()
    {
        var refused = new SocketException((int)SocketError.ConnectionRefused);
        using var atConnect = Channel(new ScriptedHandler(_ => throw new HttpRequestException("refused", refused)));
        using var insideBody = Channel(new ScriptedHandler(
            Reply(new ChunkedStream([0, 0], 1, _ => throw new IOException("connection reset", refused)), status: null)));

        Assert.Equal(StatusCode.Unavailable, (await FailureOf(atConnect.Mark())).StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await FailureOf(insideBody.Mark())).StatusCode);
    }
}
