using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Law.Endpoints;

static class LawEventInRoute
{
    /// <summary>Answers a path that <see cref="Read"/> finds no id in.</summary>
    public static readonly ErrorAnswer Fault =
        new($"an event id has from 1 to {DeadLetterKey.IdByteLimit} bytes") { Field = "eventId" };

    /// <summary>Null for a text that can be no event's id.</summary>
    public static EventId? Read(HttpContext http) =>
        RoutePart.Of(http, "eventId") is { Length: > 0 } text && RowRules.FitsKey(new EventId(text)) ? new EventId(text) : null;
}
