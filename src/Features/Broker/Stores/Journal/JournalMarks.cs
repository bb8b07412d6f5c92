namespace Hobom.Slices.Broker.Stores.Journal;

/// <summary>The marks of the newest entries that a process has seen, by which it knows its own log again.</summary>
sealed class JournalMarks
{
    /// <summary>About what is between two kept states, twice.</summary>
    const int Limit = 2 * JournalFollower.KeepInterval;

    readonly Dictionary<ulong, string> marks = [];
    readonly Queue<ulong> order = new();

    public static string New() => Guid.CreateVersion7().ToString("N");

    /// <summary>Empty where it is not known.</summary>
    public string At(ulong position) => marks.GetValueOrDefault(position, "");

    public void Add(ulong position, string mark)
    {
        if (!marks.TryAdd(position, mark)) marks[position] = mark;
        else order.Enqueue(position);
        if (order.Count > Limit) marks.Remove(order.Dequeue());
    }

    /// <summary>All before it is another history.</summary>
    public void BeginAt(ulong position, string mark)
    {
        marks.Clear();
        order.Clear();
        Add(position, mark);
    }
}
