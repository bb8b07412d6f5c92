using Hobom.Slices.Sandbox.Rows;

namespace Hobom.Slices.Sandbox.Feed;

/// <summary>One kind of event, by its name on the command line, and its share of all events.</summary>
public sealed record Flow(string Name, string EventType, int Weight)
{
    public static readonly IReadOnlyList<Flow> All =
    [
        new("messages", EventTypes.Message, 8),
        new("logs", EventTypes.Log, 6),
        new("space", EventTypes.SpaceEvent, 3),
        new("space-logs", EventTypes.SpaceLog, 2),
        new("law", EventTypes.LawChanged, 1),
    ];
}

/// <summary>Whose turn it is: each flow gets its share, and the flows alternate as evenly as shares allow.</summary>
public sealed class FlowTurns(IReadOnlyList<Flow> flows)
{
    private readonly int[] _credits = new int[flows.Count];
    private readonly int _weights = flows.Sum(flow => flow.Weight);

    public Flow Next()
    {
        for (var i = 0; i < flows.Count; i++)
            _credits[i] += flows[i].Weight;
        var next = Array.IndexOf(_credits, _credits.Max());
        _credits[next] -= _weights;
        return flows[next];
    }
}
