namespace Hobom.Slices.Core;

/// <summary>
/// What a process does about the shards of a flow. Pure. Each of the processes that share it has a fixed share while they stay the
/// same, and none takes beyond its own or gives below it: so shares cannot swing.
/// </summary>
/// <param name="Take">Free ones, that it should try to get, in this order.</param>
/// <param name="Lacking">So many of them.</param>
/// <param name="Give">Those that it has beyond its share.</param>
public sealed record ShardPlan(IReadOnlyList<int> Take, int Lacking, IReadOnlyList<int> Give)
{
    /// <param name="me">This process, which shares the flow.</param>
    /// <param name="sharers">All that do; no matter in which order, and whether this one is there.</param>
    /// <param name="held">Which this process has.</param>
    /// <param name="isFree">Which may be taken.</param>
    public static ShardPlan Of(
        string me, IReadOnlyCollection<string> sharers, ShardCount count, IReadOnlySet<int> held, Func<int, bool> isFree)
    {
        string[] all = [.. sharers.Append(me).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var rank = Array.IndexOf(all, me);
        var (least, rest) = (count.Value / all.Length, count.Value % all.Length);
        var share = least + (rank < rest ? 1 : 0);
        // Each begins at a place of its own, so that those who look at the same time seldom ask for the same.
        var first = (rank * least) + Math.Min(rank, rest);
        int[] inOrder = [.. Enumerable.Range(0, count.Value).Select(n => (first + n) % count.Value)];
        int[] mine = [.. inOrder.Where(held.Contains)];
        var lacking = Math.Max(0, share - mine.Length);
        return new ShardPlan(
            lacking == 0 ? [] : [.. inOrder.Where(n => !held.Contains(n) && isFree(n))], lacking,
            mine.Length > share ? mine[share..] : []);
    }
}
