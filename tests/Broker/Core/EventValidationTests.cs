using FsCheck.Xunit;
using Hobom.Slices.Broker;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Core;

public sealed class EventValidationTests
{
    [Fact]
    public void E2_a_type_is_joined_by_dots_and_nothing_is_dropped()
    {
        Assert.Equal("public.users.create", BrokerEvent.TypeOf("public", "users", "create"));
        Assert.Equal("admin.roles.update", BrokerEvent.TypeOf("admin", "roles", "update"));
        Assert.Equal(".system.start", BrokerEvent.TypeOf("", "system", "start"));
    }

    [Fact]
    public void E11_every_status_has_a_word_of_its_own() =>
        Assert.Equal(["pending", "processing", "completed", "failed", "expired"], Enum.GetValues<EventStatus>().Select(s => s.Word()));

    [Theory]
    [InlineData("", "s", "t", "i", "event ID is required")]
    [InlineData("e", "", "t", "i", "event source is required")]
    [InlineData("e", "s", "", "i", "event type is required")]
    [InlineData("e", "s", "t", "", "instance ID is required")]
    [InlineData("", "", "", "", "event ID is required")]
    [InlineData("e", "", "", "", "event source is required")]
    public void What_is_missing_is_told_in_the_contracts_order(string id, string source, string type, string instance, string text) =>
        Assert.Equal(text, FaultOf(new BrokerEvent { Id = id, Source = source, Type = type, InstanceId = instance }));

    [Fact]
    public void Texts_that_no_column_holds_are_refused_by_name()
    {
        Assert.Equal("type has 256 characters, more than 255", FaultOf(Event("e", new string('t', 256))));
        Assert.Equal("aggregate_id has 37 characters, more than 36", FaultOf(Event("e") with { AggregateId = new string('t', 37) }));
        Assert.Equal("id holds a character that cannot be stored", FaultOf(Event("e\0")));
        Assert.Equal("entity holds a character that cannot be stored", FaultOf(Event("e") with { Entity = "\ud83d" }));
        Assert.Equal("schema_version 0 is below 1", FaultOf(Event("e") with { SchemaVersion = 0 }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("{'a':1}")]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("NaN")]
    public void A_payload_that_is_no_JSON_is_refused(string payload) =>
        Assert.StartsWith("payload is no JSON that can be kept: ", FaultOf(Event("e", payload: payload)), StringComparison.Ordinal);

    [Fact]
    public void Payloads_have_limits_of_size_depth_and_encoding()
    {
        var limits = new EventLimits(10, 10, 3);
        Assert.Equal("payload has 11 bytes, more than 10", FaultOf(Event("e", payload: "[1,2,3,4,5]"), limits));
        Assert.StartsWith("payload is no JSON", FaultOf(Event("e", payload: "[[[[]]]]"), limits), StringComparison.Ordinal);
        Assert.Null(FaultOf(Event("e", payload: "[[[]]]"), limits));
        var notUtf8 = Event("e") with { Payload = Option<ReadOnlyMemory<byte>>.Some(new byte[] { (byte)'"', 0xff, (byte)'"' }) };
        Assert.StartsWith("payload is no JSON", FaultOf(notUtf8), StringComparison.Ordinal);
        Assert.Equal("metadata is no object", FaultOf(Event("e") with { Metadata = " []" }));
        Assert.Equal("metadata has 11 characters, more than 10", FaultOf(Event("e") with { Metadata = "{\"abcd\":12}" }, limits));
    }

    [Property]
    public bool Validation_never_throws_whatever_the_bytes(byte[] payload, string? metadata)
    {
        var given = Event("e") with { Payload = Option<ReadOnlyMemory<byte>>.Some(payload), Metadata = metadata };
        _ = EventValidation.Check(given, EventLimits.Default);
        return true;
    }

    [Property]
    public bool An_event_says_the_same_as_its_repeat_and_not_as_one_with_other_bytes(byte[] payload, byte more)
    {
        var first = Event("e") with { Payload = Option<ReadOnlyMemory<byte>>.Some(payload) };
        var repeat = first with { Payload = Option<ReadOnlyMemory<byte>>.Some(payload.ToArray()), CreatedAt = Noon.AddDays(1), InstanceId = "other" };
        var other = first with { Payload = Option<ReadOnlyMemory<byte>>.Some(new byte[] { more }.Concat(payload).ToArray()) };
        return first.SaysTheSameAs(repeat) && !first.SaysTheSameAs(other) && !first.SaysTheSameAs(first with { Payload = default })
            && !first.SaysTheSameAs(first with { UserId = 9 });
    }

    [Fact]
    public void No_metadata_and_none_in_it_are_the_same_event()
    {
        var bare = Event("e");
        Assert.True(bare.SaysTheSameAs(bare with { Metadata = "{}" }) && (bare with { Metadata = "{}" }).SaysTheSameAs(bare));
        Assert.False(bare.SaysTheSameAs(bare with { Metadata = "{\"a\":1}" }));
    }

    static string? FaultOf(BrokerEvent given, EventLimits? limits = null) =>
        EventValidation.Check(given, limits ?? EventLimits.Default).MatchUnsafe(_ => (string?)null, f => f.Text);
}
