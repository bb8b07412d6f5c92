using System.Text;
using FsCheck.Xunit;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Shared.Core;

[Properties(Arbitrary = [typeof(HostileText)])]
public class RefusalTests
{
    static readonly Category Menu = new("menu");
    static readonly EventId TooLong = new(new string('x', 1025));

    [Property]
    public void A_refused_row_is_filed_under_its_event_id(KeyId id) =>
        Assert.Equal(new DeadLetterKey(Menu, id.Text), Refuse(Row("row-7", new EventId(id.Text))).LetterKey);

    [Fact]
    public void Without_an_event_id_the_rows_own_id_names_the_letter() =>
        Assert.Equal("dlq:menu:no-event-id:row-7", Refuse(Row("row-7", null)).LetterKey.Format());

    [Fact]
    public void An_event_id_that_fits_no_key_gives_way_to_the_rows_own() =>
        Assert.Equal("dlq:menu:long-event-id:row-7", Refuse(Row("row-7", TooLong)).LetterKey.Format());

    [Fact]
    public void A_row_that_nothing_names_is_filed_under_the_digest_of_its_bytes()
    {
        var letter = Refuse(Row("", null)).LetterKey;
        Assert.Equal($"dlq:menu:no-event-id:{RowRules.Digest("{\"raw\":true}"u8)}", letter.Format());
        Assert.Equal(letter, Refuse(Row(new string('r', 129), null)).LetterKey);
    }

    [Property]
    public void Every_letter_key_can_be_read_back(Hostile rowId, KeyId id)
    {
        foreach (var eventId in new EventId?[] { null, new EventId(id.Text), TooLong })
        {
            var key = Refuse(Row(rowId.Text, eventId)).LetterKey;
            Assert.Equal(key, DeadLetterKey.Parse(key.Format()).IfLeft(fault => throw new FormatException(fault.Message)));
        }
    }

    [Theory]
    [InlineData(null, "T", "p", "the row has no event id")]
    [InlineData("long", "T", "p", "the row's event id is longer than 1024 bytes")]
    [InlineData("e", "OTHER", "p", "the row is of type OTHER, not T")]
    [InlineData("e", "T", null, "the row has no payload")]
    [InlineData("e", "T", "", null)]
    [InlineData("e", "", "p", null)]
    [InlineData("e", "t", "p", "the row is of type t, not T")]
    public void The_shape_of_a_row_says_whether_it_can_be_published(string? id, string type, string? payload, string? fault)
    {
        EventId? eventId = id is null ? null : id == "long" ? TooLong : new EventId(id);
        Assert.Equal(fault, RowRules.Fault(Row("r", eventId, type, payload), "T"));
    }

    [Fact]
    public void A_digest_is_the_beginning_of_the_sha_256() =>
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223", RowRules.Digest("abc"u8));

    static Refusal Refuse(OutboxItem<string> row) => Refusal.Of(row, Menu, "because");

    static OutboxItem<string> Row(string rowId, EventId? id, string type = "T", string? payload = null) =>
        new(rowId, id, type, payload, null, () => Encoding.UTF8.GetBytes("{\"raw\":true}"));
}
