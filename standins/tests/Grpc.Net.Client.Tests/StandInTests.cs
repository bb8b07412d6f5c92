using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hobom.Slices.Protos.Outbox.Message;
using static Grpc.Net.Client.Tests.OutboxCalls;
using static Grpc.Net.Client.Tests.ScriptedHandler;

namespace Grpc.Net.Client.Tests;

/// <summary>What the protocol asks for and the stand-in does, but nobody should count on: the package may differ.</summary>
[Trait("Only", "StandIn")]
public sealed class StandInTests
{
    [Fact]
    public async Task Several_binary_values_in_one_header_are_told_apart()
    {
        var reply = Reply(Frame(new Empty()));
        reply.Headers.Add("several-bin", "AQ==,Ag");
        reply.Headers.Add("broken-bin", "!!");
        using var channel = Channel(new ScriptedHandler(reply));
        using var call = channel.Mark();

        var headers = await call.ResponseHeadersAsync;

        Assert.Equal([[1], [2]], headers.GetAll("several-bin").Select(entry => entry.ValueBytes));
        Assert.Null(headers.Get("broken-bin"));
        await call;
    }

    [Fact]
    public async Task A_message_that_nobody_escaped_is_read_as_UTF8()
    {
        var asHttpClientReadsIt = System.Text.Encoding.Latin1.GetString("없음"u8);
        using var channel = Channel(new ScriptedHandler(Reply([], "5", asHttpClientReadsIt)));

        Assert.Equal("없음", (await FailureOf(channel.Mark())).Status.Detail);
    }

    [Theory]
    [InlineData("17")]
    [InlineData("-1")]
    public async Task A_code_that_does_not_exist_is_UNKNOWN(string code)
    {
        using var channel = Channel(new ScriptedHandler(TrailersOnly(code)));

        Assert.Equal(StatusCode.Unknown, (await FailureOf(channel.Mark())).StatusCode);
    }

    [Fact]
    public async Task The_server_is_told_not_to_compress()
    {
        using var handler = new ScriptedHandler(Reply(Frame(new Empty())));
        using var channel = Channel(handler);

        await channel.Mark();

        Assert.Equal("identity", handler.Request!.Headers.GetValues("grpc-accept-encoding").Single());
    }

    [Fact]
    public async Task A_key_with_a_line_end_fails_the_call_and_stays_unsaid()
    {
        using var handler = new ScriptedHandler(Reply(Frame(new Empty())));
        using var channel = Channel(handler);

        var failure = await FailureOf(channel.Mark(new CallOptions(new Metadata { { "x-api-key", "geheim\n" } })));

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
        Assert.DoesNotContain("geheim", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, handler.RequestCount);
    }

    [Fact]
    public void Calls_that_block_are_refused()
    {
        using var channel = Channel(new ScriptedHandler(Reply(Frame(new Empty()))));
        var client = new PatchOutboxController.PatchOutboxControllerClient(channel);

        Assert.Throws<NotSupportedException>(() => client.PatchOutboxMarkAsSentUseCase(new MarkRequest()));
    }
}
