using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Streams.Endpoints;

/// <summary>A state's key in a route.</summary>
static class StateRoute
{
    const string StatsMark = "stats.";

    /// <summary>A kind with <c>stats.</c> before it is one of the counts.</summary>
    public static (StateKey Key, ErrorAnswer? Fault) KeyOf(HttpContext http)
    {
        var (kind, id) = (RoutePart.Of(http, "kind"), RoutePart.Of(http, "id"));
        var key = kind.StartsWith(StatsMark, StringComparison.Ordinal)
            ? new StateKey(StateKey.StatsPrefix, kind[StatsMark.Length..], id)
            : StateKey.State(kind, id);
        return (key, StreamRoutes.KeyFault(key.Kind, id));
    }
}
