using System.Net;
using System.Net.Sockets;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static Grpc.Net.Client.Tests.OutboxCalls;
using static Grpc.Net.Client.Tests.ScriptedHandler;

namespace Grpc.Net.Client.Tests;

public sealed class DeadlineTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(150);

    public static TheoryData<DateTime> PastDeadlines => [DateTime.UtcNow.AddMinutes(-1), DateTime.MinValue];

    [Theory]
    [MemberData(nameof(PastDeadlines))]
    public async Task A_deadline_that_has_passed_sends_nothing(DateTime deadline)
    {
        using var handler = new ScriptedHandler(Reply(Frame(new Empty())));
        using var channel = Channel(handler);

        var failure = await FailureOf(channel.Mark(new CallOptions(deadline: deadline)));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.Equal(0, handler.RequestCount);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_DEADLINE_EXCEEDED()
    {
        using var channel = Channel(new ScriptedHandler(async token =>
        {
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException("unreachable");
        }));

        var failure = await FailureOf(channel.Mark(new CallOptions(deadline: In(Soon))));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task A_body_that_stands_still_is_DEADLINE_EXCEEDED()
    {
        var body = new ChunkedStream([0, 0, 0], 1, token => Task.Delay(Timeout.Infinite, token));
        using var channel = Channel(new ScriptedHandler(Reply(body)));

        var failure = await FailureOf(channel.Mark(new CallOptions(deadline: In(Soon))));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task A_server_that_accepts_and_then_says_nothing_at_all_is_DEADLINE_EXCEEDED()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var channel = GrpcChannel.ForAddress($"http://{silent.LocalEndpoint}");

        var failure = await FailureOf(channel.Mark(new CallOptions(deadline: In(Soon))));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    // The server watches the same deadline: its reset may arrive just before the client's own timer fires.
    [Fact]
    public async Task A_server_that_cancels_at_the_deadline_is_DEADLINE_EXCEEDED()
    {
        var deadline = In(Soon);
        using var channel = Channel(new ScriptedHandler(_ =>
        {
            SpinWait.SpinUntil(() => DateTime.UtcNow >= deadline);
            throw new HttpRequestException("reset", new HttpProtocolException(8, "CANCEL", null));
        }));

        var failure = await FailureOf(channel.Mark(new CallOptions(deadline: deadline)));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task The_greatest_time_means_no_deadline()
    {
        using var handler = new ScriptedHandler(Reply(Frame(new Empty())));
        using var channel = Channel(handler);

        await channel.Mark(new CallOptions(deadline: DateTime.MaxValue));

        Assert.False(handler.Request!.Headers.Contains("grpc-timeout"));
    }

    [Fact]
    public async Task A_deadline_in_local_time_is_refused()
    {
        using var channel = Channel(new ScriptedHandler(Reply(Frame(new Empty()))));

        await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await channel.Mark(new CallOptions(deadline: DateTime.Now.AddMinutes(1))));
    }

    [Fact]
    public async Task A_call_that_ends_in_time_leaves_no_timer_behind()
    {
        using var channel = Channel(new ScriptedHandler(_ => Task.FromResult(Reply(Frame(new Empty())))));
        var before = Timer.ActiveCount;

        for (var call = 0; call < 1000; call++)
            await channel.Mark(new CallOptions(deadline: In(TimeSpan.FromHours(1))));

        Assert.InRange(Timer.ActiveCount - before, -1000, 100);
    }
}
