using System.Text.Json;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Sources;

/// <summary>A believed delivery as an event: its body is the payload, byte for byte; the source's name is the event's source.</summary>
public static class SourceEvent
{
    const int LengthLimit = 255;

    /// <param name="deliveryId">Of the scheme, where it has one: the same again is the same event.</param>
    /// <returns>Left: what it lacks.</returns>
    public static Either<string, BrokerEvent> Of(
        EventSource source, Option<string> deliveryId, Func<string, string?> header, ReadOnlyMemory<byte> body, string instance)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (!JsonText.IsUnicode(json.RootElement)) return "the body holds text that is not Unicode";
            if (deliveryId.IfNone(() => TextIn(json.RootElement, "id") ?? "") is not { Length: > 0 and <= LengthLimit } id)
                return "the delivery has no id";
            if (TypeOf(source, header, json.RootElement) is not { Length: > 0 } type) return "the delivery has no type";
            return new BrokerEvent
            {
                Id = id, Source = source.Name, Type = source.TypePrefix.Length == 0 ? type : $"{source.TypePrefix}.{type}",
                InstanceId = instance, Payload = body,
            };
        }
        catch (JsonException notJson)
        {
            return $"the body is no JSON: {notJson.Message}";
        }
    }

    static string? TypeOf(EventSource source, Func<string, string?> header, JsonElement body) => source.Scheme switch
    {
        SignatureScheme.GitHub => header("X-GitHub-Event") is { Length: > 0 } name
            ? TextIn(body, "action") is { Length: > 0 } action ? $"{name}.{action}" : name
            : null,
        SignatureScheme.Standard or SignatureScheme.Stripe => TextIn(body, "type"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static string? TextIn(JsonElement body, string member) =>
        body.ValueKind is JsonValueKind.Object && body.TryGetProperty(member, out var value) && value.ValueKind is JsonValueKind.String
            ? value.GetString()
            : null;
}
