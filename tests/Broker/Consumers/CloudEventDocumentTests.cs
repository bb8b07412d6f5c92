using System.Text;
using System.Text.Json;
using Hobom.Slices.Broker.Consumers;
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

    static string TextOf(string? payload, string source) => Encoding.UTF8.GetString(CloudEventDocument.Of(new Claimed(
        Guid.NewGuid(), 1, "c", 1, 1, Noon, Guid.NewGuid(), Event("e1", payload: payload, key: "k1") with { Source = source })).Span);
}
