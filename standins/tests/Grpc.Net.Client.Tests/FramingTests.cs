using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hobom.Slices.Protos.Outbox.Message;
using static Grpc.Net.Client.Tests.OutboxCalls;
using static Grpc.Net.Client.Tests.ScriptedHandler;

namespace Grpc.Net.Client.Tests;

public sealed class FramingTests
{
    private static readonly Response ThreeRows = new()
    {
        Items =
        {
            new QueryResult { Id = "1", EventId = "e-1", Payload = new MessagePayload { Title = "Grüße", Body = new string('b', 300) } },
            new QueryResult { Id = "2", EventId = "e-2", RetryCount = 7 },
            new QueryResult { Id = "3", EventId = "e-3", LastError = "boom" },
        },
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task A_response_is_read_wherever_its_chunks_are_cut(int chunkBytes)
    {
        using var channel = Channel(new ScriptedHandler(Reply(new ChunkedStream(Frame(ThreeRows), chunkBytes))));

        Assert.Equal(ThreeRows, await channel.Find());
    }

    [Fact]
    public async Task The_request_is_one_message_behind_its_prefix()
    {
        using var handler = new ScriptedHandler(Reply(Frame(new Empty())));
        using var channel = Channel(handler);

        await channel.Mark();

        Assert.Equal([0, 0, 0, 0, 5, 0x0a, 3, (byte)'e', (byte)'-', (byte)'1'], handler.RequestBody);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(300)]
    public async Task A_message_that_ends_early_is_INTERNAL(int bytesSent)
    {
        using var channel = Channel(new ScriptedHandler(Reply(Frame(ThreeRows)[..bytesSent])));

        Assert.Equal(StatusCode.Internal, (await FailureOf(channel.Find())).StatusCode);
    }

    [Fact]
    public async Task A_second_message_is_INTERNAL()
    {
        using var channel = Channel(new ScriptedHandler(Reply([.. Frame(ThreeRows), .. Frame(ThreeRows)])));

        Assert.Equal(StatusCode.Internal, (await FailureOf(channel.Find())).StatusCode);
    }

    [Fact]
    public async Task OK_without_a_message_is_INTERNAL()
    {
        using var channel = Channel(new ScriptedHandler(Reply([])));

        Assert.Equal(StatusCode.Internal, (await FailureOf(channel.Find())).StatusCode);
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_INTERNAL()
    {
        using var channel = Channel(new ScriptedHandler(Reply(Frame([0xff, 0xff, 0xff]))));

        Assert.Equal(StatusCode.Internal, (await FailureOf(channel.Find())).StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("identity")]
    [InlineData("snappy")]
    public async Task A_compressed_message_that_nobody_can_read_fails_the_call(string? encoding)
    {
        var reply = Reply(Frame(ThreeRows.ToByteArray(), compression: 1));
        if (encoding is not null)
            reply.Headers.Add("grpc-encoding", encoding);
        using var channel = Channel(new ScriptedHandler(reply));

        Assert.Contains(
            (await FailureOf(channel.Find())).StatusCode, new[] { StatusCode.Internal, StatusCode.Unimplemented });
    }

    [Fact]
    public async Task The_servers_failure_is_told_rather_than_the_lack_of_a_message()
    {
        using var channel = Channel(new ScriptedHandler(Reply([], status: "5", message: "no such row")));

        var failure = await FailureOf(channel.Find());

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        Assert.Equal("no such row", failure.Status.Detail);
    }

    [Fact]
    public async Task A_marshaller_may_deal_in_whole_arrays()
    {
        using var handler = new ScriptedHandler(Reply(Frame("echo"u8.ToArray())));
        using var channel = Channel(handler);
        var text = Marshallers.Create<string>(
            (value, context) => context.Complete(Encoding.UTF8.GetBytes(value)),
            context => Encoding.UTF8.GetString(context.PayloadAsNewBuffer(), 0, context.PayloadLength));
        var method = new Method<string, string>(MethodType.Unary, "pkg.Echo", "Say", text, text);

        var answer = await channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, "hello");

        Assert.Equal("echo", answer);
        Assert.Equal(Frame("hello"u8.ToArray()), handler.RequestBody);
        Assert.Equal("/pkg.Echo/Say", handler.Request!.RequestUri!.AbsolutePath);
    }
}
