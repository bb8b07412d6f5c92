namespace Hobom.Slices.Tests.Fast.Model;

/// <param name="Violation">The rule broken on the shortest way, or null.</param>
/// <param name="Trace">That way.</param>
public sealed record SearchResult(int States, int Transitions, string? Violation, IReadOnlyList<string> Trace);

/// <summary>Breadth-first over every state that can be reached.</summary>
public static class OrderSearch
{
    public static SearchResult Explore(WriteOrder order, int crashes, int faults, int replays)
    {
        var model = new OrderModel(order);
        var start = OrderModel.Start(crashes, faults, replays);
        var from = new Dictionary<EventState, (EventState From, string How)?> { [start] = null };
        var queue = new Queue<EventState>([start]);
        var transitions = 0;
        EventState? broken = null;
        string? violation = null;
        while (queue.TryDequeue(out var at))
        {
            var next = model.Next(at).ToList();
            transitions += next.Count;
            if (violation is null && OrderModel.Violation(at, isLast: next.Count == 0) is { } found) (violation, broken) = (found, at);
            foreach (var (name, to) in next)
                if (from.TryAdd(to, (at, name))) queue.Enqueue(to);
        }

        return new SearchResult(from.Count, transitions, violation, broken is { } end ? TraceTo(end, from) : []);
    }

    static List<string> TraceTo(EventState end, Dictionary<EventState, (EventState From, string How)?> from)
    {
        var steps = new List<string>();
        for (var at = end; from[at] is { } step; at = step.From) steps.Add(step.How);
        steps.Reverse();
        return steps;
    }
}
