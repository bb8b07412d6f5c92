using System.Text;
using System.Text.Json;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Consumers;
using Hobom.Slices.Broker.Endpoints;
using Hobom.Slices.Broker.Stores;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Consumers;

public sealed class CloudEventDocumentTests
{
    [Fact]
    public void The_payloads_bytes_stand_in_it_as_they_are()
    {
        const string payload = "{ \"a\":1.0e400, \"a\" :\"\\u00e4ä\" }";
        var text = TextOf(payload, "shop events");
        Assert.Contains($"\"data\":{payload}", text, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(text);
        string Of(string name) => json.RootElement.GetProperty(name).GetString()!;
        Assert.Equal(("1.0", "e1", "shop%20events", "public.users.create", "2026-01-31T12:00:00.000000Z", "k1"),
            (Of("specversion"), Of("id"), Of("source"), Of("type"), Of("time"), Of("partitionkey")));
    }

    [Fact]
    public void Without_a_payload_there_is_no_data_and_what_is_no_json_is_base64()
    {
        Assert.DoesNotContain("\"data", TextOf(null, "shop"), StringComparison.Ordinal);
        Assert.Contains($"\"data_base64\":\"{Convert.ToBase64String("no json"u8)}\"", TextOf("no json", "shop"), StringComparison.Ordinal);
    }

    const string Foreign =
        """
        {"specversion":"1.0","id":"c1","source":"/shop","type":"shop.a","time":"2026-01-31T12:00:00.000000Z","partitionkey":"k","dataschema":"urn:s","number":"7",
        "subject":"ä/1","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","datacontenttype":"application/vnd.shop+json; v=1","data":[ 1.0 ]}
        """;

    [Fact]
    public void A_CloudEvent_goes_out_with_the_attributes_that_it_came_with()
    {
        using var came = JsonDocument.Parse(Foreign);
        using var goes = JsonDocument.Parse(CloudEventDocument.Of(Claimed(Taken(Foreign))));
        Assert.Equal(
            came.RootElement.EnumerateObject().Select(m => (m.Name, m.Value.GetRawText())).Order(),
            goes.RootElement.EnumerateObject().Select(m => (m.Name, m.Value.ValueKind is JsonValueKind.String ? $"\"{m.Value.GetString()}\"" : m.Value.GetRawText())).Order());
    }

    [Fact]
    public void And_so_it_does_in_headers()
    {
        var headers = EventHeaders.Of(Claimed(Taken(Foreign)), CloudEventForm.Binary).ToDictionary();
        Assert.Equal(
            ("k", "urn:s", "%C3%A4/1", "7", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            (headers["ce-partitionkey"], headers["ce-dataschema"], headers["ce-subject"], headers["ce-number"], headers["ce-traceparent"]));
        Assert.DoesNotContain("ce-datacontenttype", headers.Keys);
        Assert.DoesNotContain(EventHeaders.Of(Claimed(Taken(Foreign)), CloudEventForm.None), h => h.Name.StartsWith("ce-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"user_email":"sha256:0","table_name":"t","Tenant":"a","a-b":"c","":"d","abcdefghijklmnopqrstu":"e"}""")]
    [InlineData("""{"id":"other","source":"other","type":"other","time":"other","specversion":"9","data":"other","partitionkey":"other","datacontenttype":"text/plain"}""")]
    [InlineData("""{"object":{"a":"b"},"number":7,"nothing":null,"empty":""}""")]
    [InlineData("[\"text\"]")]
    [InlineData("{\"subject\":")]
    [InlineData(null)]
    public void Of_other_metadata_nothing_goes_out(string? metadata)
    {
        string Of(string? given) => Encoding.UTF8.GetString(CloudEventDocument.Of(Claimed(Event("e1", key: "k1") with { Metadata = given })).Span);
        Assert.Equal(Of(null), Of(metadata));
        Assert.Equal("application/json", CloudEventAttributes.ContentTypeOf(Event("e1") with { Metadata = metadata }));
    }

    [Fact]
    public void A_text_that_no_header_could_hold_stays_here()
    {
        string[] NamesOf(int length) => [.. CloudEventAttributes.Of(Event("e1") with { Metadata = $$"""{"subject":"{{new string('x', length)}}"}""" }).Select(a => a.Name)];
        Assert.Equal(["subject"], NamesOf(1024));
        Assert.Empty(NamesOf(1025));
    }

    static BrokerEvent Taken(string json)
    {
        using var body = JsonDocument.Parse(json);
        return CloudEventBody.Read(body.RootElement, "t1").Right();
    }

    static Claimed Claimed(BrokerEvent given) => new(Guid.NewGuid(), 1, "c", 1, 1, Noon, Guid.NewGuid(), given);

    static string TextOf(string? payload, string source) =>
        Encoding.UTF8.GetString(CloudEventDocument.Of(Claimed(Event("e1", payload: payload, key: "k1") with { Source = source })).Span);
}
