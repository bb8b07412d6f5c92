using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Space;
using static Hobom.Slices.Core.RecordField;

namespace Hobom.Slices.Space;

/// <summary>A space event as it goes out.</summary>
public static class SpaceRecord
{
    /// <summary>
    /// The consumers refuse a value with any field that they do not know, or without one of these; only actorId may be
    /// missing.
    /// </summary>
    public static RecordShape<SpaceEventPayload> Shape { get; } = new(
        "the space event",
        Text<SpaceEventPayload>("entityType", Visibility.Code, e => e.EntityType),
        Text<SpaceEventPayload>("action", Visibility.Code, e => e.Action),
        Text<SpaceEventPayload>("spaceKey", Visibility.Code, e => e.SpaceKey),
        Number<SpaceEventPayload>("pageId", Visibility.Code, e => e.PageId),
        Text<SpaceEventPayload>("title", Visibility.Text, e => e.Title),
        Text<SpaceEventPayload>("actorId", Visibility.Hidden, e => e.ActorId) with { Optional = true });
}
