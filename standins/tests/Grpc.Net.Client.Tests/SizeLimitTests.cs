using Grpc.Core;
using Hobom.Slices.Protos.Outbox.Message;
using static Grpc.Net.Client.Tests.OutboxCalls;
using static Grpc.Net.Client.Tests.ScriptedHandler;

namespace Grpc.Net.Client.Tests;

public sealed class SizeLimitTests
{
    private const int MiB = 1024 * 1024;

    [Fact]
    public async Task A_response_as_large_as_the_limit_passes_and_one_byte_more_is_RESOURCE_EXHAUSTED()
    {
        var message = new Response { Items = { new QueryResult { Id = "12345" } } };
        var size = message.CalculateSize();

        using (var fits = Limited(Frame(message), receive: size))
            Assert.Equal(message, await fits.Find());
        using var exceeds = Limited(Frame(message), receive: size - 1);
        Assert.Equal(StatusCode.ResourceExhausted, (await FailureOf(exceeds.Find())).StatusCode);
    }

    [Theory]
    [InlineData(4 * MiB - 1000, true)]
    [InlineData(4 * MiB + 1000, false)]
    public async Task Unless_told_otherwise_a_response_may_have_4_MiB(int textBytes, bool passes)
    {
        using var channel = Channel(new ScriptedHandler(Reply(Frame(OneRow(textBytes)))));

        if (passes)
            Assert.Equal(textBytes, (await channel.Find()).Items[0].LastError.Length);
        else
            Assert.Equal(StatusCode.ResourceExhausted, (await FailureOf(channel.Find())).StatusCode);
    }

    [Fact]
    public async Task Seventy_MiB_in_small_chunks_cost_a_few_times_their_size_and_not_its_square()
    {
        const int Bytes = 70 * MiB;
        var body = new ChunkedStream(Frame(OneRow(Bytes)), 16 * 1024);
        using var channel = GrpcChannel.ForAddress("http://scripted.test", new GrpcChannelOptions
        {
            HttpHandler = new ScriptedHandler(Reply(body)),
            MaxReceiveMessageSize = null,
        });
        var before = GC.GetTotalAllocatedBytes();

        var response = await channel.Find();

        // The bytes once, and the text in the message twice as large; doubling buffers would still fit.
        Assert.Equal(Bytes, response.Items[0].LastError.Length);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 6L * Bytes);
    }

    [Fact]
    public async Task A_length_that_no_message_can_have_fails_the_call_even_without_a_limit()
    {
        using var channel = Limited([0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3], receive: null);

        Assert.NotEqual(StatusCode.OK, (await FailureOf(channel.Find())).StatusCode);
    }

    [Fact]
    public async Task A_request_over_the_limit_is_RESOURCE_EXHAUSTED()
    {
        using var channel = GrpcChannel.ForAddress("http://scripted.test", new GrpcChannelOptions
        {
            HttpHandler = new ScriptedHandler(Reply(Frame(new Response()))),
            MaxSendMessageSize = 4,
        });

        Assert.Equal(StatusCode.ResourceExhausted, (await FailureOf(channel.Find())).StatusCode);
    }

    private static GrpcChannel Limited(byte[] body, int? receive) =>
        GrpcChannel.ForAddress("http://scripted.test", new GrpcChannelOptions
        {
            HttpHandler = new ScriptedHandler(Reply(body)),
            MaxReceiveMessageSize = receive,
        });

    private static Response OneRow(int textBytes) =>
        new() { Items = { new QueryResult { LastError = new string('x', textBytes) } } };
}
