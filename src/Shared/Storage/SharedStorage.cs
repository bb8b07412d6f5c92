namespace Hobom.Slices.Storage;

/// <summary>Where the events lie, for a slice that keeps rows of its own beside them.</summary>
public abstract record SharedStorage
{
    SharedStorage()
    {
    }

    public sealed record Database(SqlEdge Edge) : SharedStorage;

    /// <summary>The events lie where no rows can lie beside them.</summary>
    public sealed record None : SharedStorage;

    /// <param name="Gate">Held while the writes of a transaction are done: whoever reads them holds it too.</param>
    public sealed record Memory(Lock Gate) : SharedStorage;
}
