namespace Hobom.Slices.Streams;

/// <summary>What a process does about the shards. Pure.</summary>
/// <param name="Take">Those that nobody has and that it should try to get.</param>
/// <param name="Give">One to leave to a process that has less; null where the shards are spread well.</param>
public sealed record OwnershipPlan(IReadOnlyList<string> Take, string? Give)
{
    /// <param name="me">This process, which lives.</param>
    /// <param name="alive">The processes that live.</param>
    /// <param name="owners">Of each stream; null where nobody has it.</param>
    public static OwnershipPlan Of(string me, IReadOnlyCollection<string> alive, IReadOnlyDictionary<string, string?> owners)
    {
        var least = alive.Where(p => p != me).Select(p => owners.Values.Count(o => o == p)).DefaultIfEmpty(int.MaxValue).Min();
        string[] mine = [.. owners.Where(o => o.Value == me).Select(o => o.Key)];
        string[] free = [.. owners.Where(o => o.Value is null).Select(o => o.Key)];
        string[] take = [.. free.Where((_, i) => mine.Length + i <= least)];
        var give = free.Length == 0 && mine.Length > 0 && least <= mine.Length - 2 ? mine[^1] : null;
        return new OwnershipPlan(take, give);
    }
}
