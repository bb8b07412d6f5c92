using FsCheck.Xunit;
using Google.Protobuf;
using Hobom.Slices.Core;
using Hobom.Slices.Messages;
using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Runtime.Outbox;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Outbox;

public sealed class UnreadRowsTests
{
    [Property(MaxTest = 200)]
    public void They_are_the_rows_of_the_answer_in_order_however_often_they_are_read(string[] bodies, int[] marked)
    {
        var answer = new Response();
        foreach (var (body, place) in bodies.Select((b, place) => (b ?? "", place)))
            answer.Items.Add(new QueryResult
            {
                Id = $"{place}", EventId = $"e{place}", EventType = "MESSAGE", Status = marked.Contains(place) ? "SENT" : "PENDING",
                CreatedAt = "2026-03-05T12:51:13Z", Payload = new MessagePayload { Body = body, Recipient = "r" },
            });
        var expected = answer.Items.Where(row => row.Status == "PENDING").ToArray();

        var rows = Read(answer.ToByteArray());

        Assert.Equal(expected.Select(row => new EventId(row.EventId)), rows.Select(row => row.EventId!.Value));
        Assert.Equal(expected.Select(row => OutboxTimestamps.Parse(row.CreatedAt)), rows.Select(row => row.CreatedAt));
        Assert.Equal(expected.Select(row => row.Payload), rows.Select(row => row.Read().Payload!));
        Assert.Equal(expected.Select(row => row.Id), rows.Select(row => row.Read().RowId));
    }

    [Fact]
    public void A_field_that_nobody_knows_is_passed_over()
    {
        byte[] unknown = [(15 << 3) | 2, 3, 10, 1, 0, (14 << 3) | 0, 7];
        var row = new Response { Items = { new QueryResult { EventId = "e" } } };

        Assert.Equal(new EventId("e"), Assert.Single(Read([.. unknown, .. row.ToByteArray(), .. unknown])).EventId);
    }

    [Theory]
    [InlineData(new byte[] { 10, 5, 1 })]
    [InlineData(new byte[] { 10, 2, 18, 9 })]
    [InlineData(new byte[] { 12 })]
    public void What_is_no_answer_is_found_before_any_row_goes_out(byte[] answer) =>
        Assert.Throws<InvalidProtocolBufferException>(() => Read(answer));

    static IReadOnlyList<UnreadRow<MessagePayload>> Read(byte[] answer) =>
        UnreadRows.Of<QueryResult, MessagePayload>(
            answer, row => OutboxStatus.IsPending(row.Status) ? MessageOutboxClient.ItemOf(row) : null);
}
