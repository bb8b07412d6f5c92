using Hobom.Slices.Http;

namespace Hobom.Slices.Streams.Endpoints;

/// <summary>A state's key in a route.</summary>
static class StateRoute
{
    const string StatsMark = "stats.";

    /// <param name="kind">With <c>stats.</c> before it, of the counts.</param>
    public static (StateKey Key, ErrorAnswer? Fault) KeyOf(string kind, string id)
    {
        var key = kind.StartsWith(StatsMark, StringComparison.Ordinal)
            ? new StateKey(StateKey.StatsPrefix, kind[StatsMark.Length..], id)
            : StateKey.State(kind, id);
        return (key, StreamRoutes.KeyFault(key.Kind, id));
    }
}
