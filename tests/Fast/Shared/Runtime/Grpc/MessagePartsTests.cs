using System.Buffers.Binary;
using FsCheck.Xunit;
using Google.Protobuf;
using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Runtime.Grpc;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Grpc;

public sealed class MessagePartsTests
{
    const int Largest = 8 << 20;

    [Property(MaxTest = 100)]
    public async Task The_parts_are_messages_that_merge_to_the_answer(ushort[] sizes, byte large, byte arriving, ushort asked)
    {
        var answer = AnswerOf([.. sizes.Select(s => s / 4), .. Enumerable.Repeat(200_000, large % 3), .. sizes.Select(s => s / 64)]);

        var parts = await PartsOf(Framed(answer.ToByteArray()), 1 + (arriving * 700), 1 + asked);

        var merged = new Response();
        foreach (var (_, bytes) in parts)
        {
            merged.MergeFrom(bytes);
            Assert.True(bytes.Length <= MessageParts.PartBytes || Response.Parser.ParseFrom(bytes).Items.Count == 1);
        }

        Assert.Equal(answer, merged);
    }

    [Fact]
    public async Task A_backlog_comes_in_many_parts_and_few_rows_in_one()
    {
        Assert.True((await PartsOf(Framed(AnswerOf(Enumerable.Repeat(400, 10_000)).ToByteArray()))).Count > 60);
        Assert.Single(await PartsOf(Framed(AnswerOf(Enumerable.Repeat(400, 100)).ToByteArray())));
        Assert.Single(await PartsOf(Framed([])));
        Assert.Empty(await PartsOf([]));
    }

    [Fact]
    public async Task Fields_of_every_kind_are_cut_between_and_never_inside()
    {
        byte[] fields = [(3 << 3) | 0, 0xff, 0xff, 0x03, (4 << 3) | 1, 1, 2, 3, 4, 5, 6, 7, 8, (5 << 3) | 5, 1, 2, 3, 4, 0xfa, 0x7f, 2, 9, 9];
        byte[] message = [.. Enumerable.Repeat(fields, 9_000).SelectMany(f => f)];

        var parts = await PartsOf(Framed(message), 1_000, 777);

        Assert.True(parts.Count > 2);
        Assert.Equal(message, parts.SelectMany(p => p.Bytes));
        Assert.All(parts, p => Response.Parser.ParseFrom(p.Bytes));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, Largest)]
    public async Task What_is_compressed_or_too_large_goes_through_as_it_is(byte compressed, int more)
    {
        var message = AnswerOf(Enumerable.Repeat(1_000, 200 + (more / 1_000))).ToByteArray();

        var part = Assert.Single(await PartsOf(Framed(message, compressed)));

        Assert.Equal(compressed, part.Compressed);
        Assert.Equal(message, part.Bytes);
    }

    [Theory]
    [InlineData(new byte[] { 12 })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 10, 0xff, 0xff, 0xff, 0xff, 0x7f })]
    [InlineData(new byte[] { 10, 0xff, 0xff, 0x7f })]
    public async Task What_is_no_Protobuf_arrives_too_so_that_the_reader_says_so(byte[] fault)
    {
        byte[] message = [.. AnswerOf(Enumerable.Repeat(1_000, 100)).ToByteArray(), .. fault, .. new byte[70_000]];

        var parts = await PartsOf(Framed(message));

        Assert.Equal(message, parts.SelectMany(p => p.Bytes));
        Assert.Throws<InvalidProtocolBufferException>(() => Response.Parser.ParseFrom(parts[^1].Bytes));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(65_540)]
    [InlineData(150_000)]
    public async Task An_answer_that_ends_too_early_is_a_failure(int bytes)
    {
        var body = Framed(AnswerOf(Enumerable.Repeat(1_000, 200)).ToByteArray());

        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => PartsOf(body[..bytes]));

        Assert.Contains("middle of a message", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_message_is_a_failure()
    {
        var body = Framed(AnswerOf([10]).ToByteArray());

        await Assert.ThrowsAsync<InvalidDataException>(() => PartsOf([.. body, .. body]));
    }

    static Response AnswerOf(IEnumerable<int> sizes)
    {
        var answer = new Response();
        foreach (var size in sizes)
            answer.Items.Add(new QueryResult { EventId = $"e{answer.Items.Count}", Payload = new MessagePayload { Body = new string('b', size) } });
        return answer;
    }

    static byte[] Framed(byte[] message, byte compressed = 0)
    {
        var body = new byte[5 + message.Length];
        body[0] = compressed;
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(1), (uint)message.Length);
        message.CopyTo(body, 5);
        return body;
    }

    /// <param name="arriving">So many bytes of the body arrive at a time.</param>
    /// <param name="asked">So many are asked for at a time.</param>
    static async Task<List<(byte Compressed, byte[] Bytes)>> PartsOf(byte[] body, int arriving = 16_384, int asked = 100_000)
    {
        await using var parts = new MessageParts(new SlowBody(body, arriving), Largest);
        var all = new MemoryStream();
        var buffer = new byte[asked];
        while (await parts.ReadAsync(buffer) is > 0 and var read) all.Write(buffer, 0, read);
        var found = new List<(byte, byte[])>();
        for (var rest = all.ToArray().AsSpan(); rest.Length > 0;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(rest[1..]);
            found.Add((rest[0], rest.Slice(5, length).ToArray()));
            rest = rest[(5 + length)..];
        }

        return found;
    }

    sealed class SlowBody(byte[] body, int atOnce) : MemoryStream(body)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, atOnce)], cancellationToken);
    }
}
