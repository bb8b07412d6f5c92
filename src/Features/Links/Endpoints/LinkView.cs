using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hobom.Slices.Core;

namespace Hobom.Slices.Links.Endpoints;

/// <summary>A link under the table's names.</summary>
public sealed record LinkView
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("source_module")]
    public required string SourceModule { get; init; }

    [JsonPropertyName("source_entity_type")]
    public required string SourceEntityType { get; init; }

    [JsonPropertyName("source_entity_id")]
    public required string SourceEntityId { get; init; }

    [JsonPropertyName("target_module")]
    public required string TargetModule { get; init; }

    [JsonPropertyName("target_entity_type")]
    public required string TargetEntityType { get; init; }

    [JsonPropertyName("target_entity_id")]
    public required string TargetEntityId { get; init; }

    [JsonPropertyName("link_type")]
    public required string LinkType { get; init; }

    /// <summary>Left out where there is none, and for readers.</summary>
    [JsonPropertyName("metadata"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Metadata { get; init; }

    [JsonPropertyName("created_at")]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonPropertyName("updated_at")]
    public required DateTimeOffset UpdatedAt { get; init; }

    internal static LinkView Example { get; } = Of(
        new StoredLink(
            new LinkId("01890a5d-ac96-774b-bcce-b302099a8057"),
            new Link(new EntityRef("shop", "order", "4711"), new EntityRef("accounts", "user", "7"), Metadata: """{"role":"buyer"}"""),
            new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero)),
        seesAll: true);

    public static LinkView Of(StoredLink stored, bool seesAll) => new()
    {
        Id = stored.Id.Value,
        SourceModule = stored.Link.Source.Module,
        SourceEntityType = stored.Link.Source.EntityType,
        SourceEntityId = stored.Link.Source.EntityId,
        TargetModule = stored.Link.Target.Module,
        TargetEntityType = stored.Link.Target.EntityType,
        TargetEntityId = stored.Link.Target.EntityId,
        LinkType = stored.Link.Type.Word(),
        Metadata = seesAll && stored.Link.Metadata is { } metadata ? Shown(metadata) : null,
        CreatedAt = stored.CreatedAt,
        UpdatedAt = stored.UpdatedAt,
    };

    /// <summary>What another program wrote into the table may hold halves of surrogate pairs: it is shown as text then.</summary>
    static JsonElement Shown(string metadata)
    {
        if (!JsonText.IsUnicode(Encoding.UTF8.GetBytes(metadata))) return JsonSerializer.SerializeToElement(metadata);
        using var parsed = JsonDocument.Parse(metadata);
        return parsed.RootElement.Clone();
    }
}
