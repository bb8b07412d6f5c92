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
    public async Task The_coding_that_is_not_understood_is_named()
    {
        var reply = Reply(Frame([1, 2, 3], compression: 1));
        reply.Headers.Add("grpc-encoding", "snappy");
        using var channel = Channel(new ScriptedHandler(reply));

        var failure = await FailureOf(channel.Mark());

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
        Assert.Contains("snappy", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_over_HTTP_1_is_no_gRPC()
    {
        var reply = Reply(Frame(new Empty()));
        reply.Version = new Version(1, 1);
        using var channel = Channel(new ScriptedHandler(reply));

        Assert.Equal(StatusCode.Internal, (await FailureOf(channel.Mark())).StatusCode);
    }

    [Theory]
    [InlineData(0x40, StatusCode.Internal)]
    [InlineData(0xff, StatusCode.ResourceExhausted)]
    public async Task A_length_that_lies_costs_no_memory_to_speak_of(byte highestByte, StatusCode expected)
    {
        using var channel = GrpcChannel.ForAddress("http://scripted.test", new GrpcChannelOptions
        {
            HttpHandler = new ScriptedHandler(Reply([0, highestByte, 0, 0, 0, 1, 2, 3])),
            MaxReceiveMessageSize = null,
        });
        var before = GC.GetTotalAllocatedBytes();

        var failure = await FailureOf(channel.Mark());

        Assert.Equal(expected, failure.StatusCode);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 8 * 1024 * 1024);
    }

    [Fact]
    public async Task A_marshaller_that_does_not_complete_its_message_sends_nothing()
    {
        using var handler = new ScriptedHandler(Reply(Frame(new Empty())));
        using var channel = Channel(handler);
        var text = Marshallers.Create<string>((_, _) => { }, _ => "");
        var method = new Method<string, string>(MethodType.Unary, "pkg.Echo", "Say", text, text);

        var failure = await FailureOf(channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, "hello"));

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
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
