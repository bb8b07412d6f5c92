using System.Runtime.CompilerServices;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hobom.Slices.Protos.Outbox.Message;
using static Grpc.Net.Client.Tests.OutboxCalls;
using static Grpc.Net.Client.Tests.ScriptedHandler;

namespace Grpc.Net.Client.Tests;

public sealed class CallTests
{
    [Fact]
    public async Task A_token_that_is_cancelled_already_sends_nothing()
    {
        using var handler = new ScriptedHandler(Reply(Frame(new Empty())));
        using var channel = Channel(handler);

        var failure = await FailureOf(channel.Mark(new CallOptions(cancellationToken: new CancellationToken(true))));

        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        Assert.Equal(0, handler.RequestCount);
    }

    [Fact]
    public async Task The_callers_token_ends_a_call_as_CANCELLED()
    {
        using var stop = new CancellationTokenSource();
        using var channel = Channel(HangingServer());
        using var call = channel.Mark(new CallOptions(deadline: In(Patience), cancellationToken: stop.Token));

        await stop.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await FailureOf(call)).StatusCode);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Disposing_a_call_under_way_cancels_it()
    {
        using var channel = Channel(HangingServer());
        var call = channel.Mark();

        call.Dispose();

        Assert.Equal(StatusCode.Cancelled, (await FailureOf(call)).StatusCode);
    }

    [Fact]
    public async Task Disposing_a_finished_call_changes_nothing()
    {
        using var channel = Channel(new ScriptedHandler(Reply(Frame(new Empty()))));
        var call = channel.Mark();
        await call;

        call.Dispose();
        call.Dispose();

        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Disposing_the_channel_cancels_its_calls_and_takes_no_more()
    {
        var channel = Channel(HangingServer());
        var call = channel.Mark();

        channel.Dispose();

        Assert.Equal(StatusCode.Cancelled, (await FailureOf(call)).StatusCode);
        Assert.Throws<ObjectDisposedException>(() => channel.Mark());
    }

    [Fact]
    public async Task Status_and_trailers_are_not_to_be_had_before_the_end()
    {
        using var channel = Channel(HangingServer());
        var call = channel.Mark();

        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        Assert.Throws<InvalidOperationException>(() => call.GetTrailers());

        call.Dispose();
        await FailureOf(call);
    }

    [Fact]
    public async Task The_headers_are_here_before_the_message()
    {
        var bodyMayGoOn = new TaskCompletionSource();
        var reply = Reply(new ChunkedStream(Frame(new Empty())[..0], 1, _ => bodyMayGoOn.Task), status: "2");
        reply.Headers.Add("row-count", "3");
        using var channel = Channel(new ScriptedHandler(reply));
        using var call = channel.Mark();

        var headers = await call.ResponseHeadersAsync.WaitAsync(Patience);

        Assert.Equal("3", headers.GetValue("row-count"));
        Assert.False(call.ResponseAsync.IsCompleted);
        bodyMayGoOn.SetResult();
        await FailureOf(call);
    }

    [Fact]
    public async Task Headers_that_never_come_fail_with_the_calls_status()
    {
        using var channel = Channel(new ScriptedHandler(_ => throw new HttpRequestException("refused", new IOException("reset"))));
        using var call = channel.Mark();

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseHeadersAsync.WaitAsync(Patience));

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        await FailureOf(call);
    }

    [Fact]
    public async Task A_token_that_lives_on_does_not_hold_finished_calls()
    {
        using var stop = new CancellationTokenSource();
        using var channel = Channel(new ScriptedHandler(_ => Task.FromResult(Reply(Frame(new Response())))));

        var response = await FinishedCall(channel, stop.Token);
        for (var attempt = 0; attempt < 10 && response.IsAlive; attempt++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }

        Assert.False(response.IsAlive);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_given_handler_is_disposed_with_the_channel_only_when_told(bool told)
    {
        using var handler = new ScriptedHandler(Reply([]));
        var channel = GrpcChannel.ForAddress(
            "http://scripted.test", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = told });

        channel.Dispose();

        Assert.Equal(told, handler.IsDisposed);
    }

    private static ScriptedHandler HangingServer() => new(async token =>
    {
        await Task.Delay(Timeout.Infinite, token);
        throw new InvalidOperationException("unreachable");
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> FinishedCall(GrpcChannel channel, CancellationToken token)
    {
        using var call = channel.Find(new CallOptions(cancellationToken: token));
        return new WeakReference(await call);
    }
}
