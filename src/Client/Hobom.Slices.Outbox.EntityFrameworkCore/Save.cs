using Microsoft.EntityFrameworkCore;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>One call of SaveChanges.</summary>
/// <param name="behavior">The context's, to be set back.</param>
/// <param name="joins">In a transaction that is there already.</param>
sealed class Save(AutoTransactionBehavior behavior, bool joins)
{
    readonly List<string> ids = [];
    readonly HashSet<object> unwritten = new(ReferenceEqualityComparer.Instance);

    public AutoTransactionBehavior Behavior => behavior;

    public bool Joins => joins;

    /// <summary>Captured before the save; where it makes its own transaction they are captured at its end.</summary>
    public IReadOnlyList<CapturedRow>? Rows { get; set; }

    /// <summary>Where the save can be taken back to a savepoint.</summary>
    public TrackedChanges? Changes { get; set; }

    public bool HasSavepoint { get; set; }

    /// <summary>A statement of the save has run.</summary>
    public bool HasRun { get; private set; }

    /// <summary>That its last statement ran in.</summary>
    public Guid? TransactionId { get; private set; }

    public bool IsWritten { get; set; }

    /// <summary>In another transaction it is another try, whose conflicts are its own.</summary>
    public void NoteStatement(Guid? transactionId)
    {
        if (TransactionId != transactionId) unwritten.Clear();
        (HasRun, TransactionId) = (true, transactionId);
    }

    /// <summary>Entities that met a conflict: where the save goes on all the same, the database has not changed their rows.</summary>
    public void NoteConflict(IEnumerable<object> entities) => unwritten.UnionWith(entities);

    public bool HasWritten(CapturedRow row) => !row.Parts.Any(p => unwritten.Contains(p.Entry.Entity));

    /// <summary>The same at each try: of a try that was committed without an answer the next one's events are repeats.</summary>
    public string EventId(int index)
    {
        while (ids.Count <= index) ids.Add(Guid.CreateVersion7().ToString());
        return ids[index];
    }
}
