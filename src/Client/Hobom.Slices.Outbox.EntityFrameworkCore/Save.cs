using Microsoft.EntityFrameworkCore;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>One call of SaveChanges.</summary>
/// <param name="behavior">The context's, to be set back.</param>
/// <param name="joins">In a transaction that is there already.</param>
sealed class Save(AutoTransactionBehavior behavior, bool joins)
{
    readonly List<string> ids = [];

    public AutoTransactionBehavior Behavior => behavior;

    public bool Joins => joins;

    /// <summary>Captured before the save; where it makes its own transaction they are captured at its end.</summary>
    public IReadOnlyList<CapturedRow>? Rows { get; set; }

    /// <summary>Where the save can be taken back to a savepoint.</summary>
    public TrackedChanges? Changes { get; set; }

    public bool HasSavepoint { get; set; }

    /// <summary>A statement of the save has run.</summary>
    public bool HasRun { get; set; }

    /// <summary>That its last statement ran in.</summary>
    public Guid? TransactionId { get; set; }

    public bool IsWritten { get; set; }

    /// <summary>The same at each try: of a try that was committed without an answer the next one's events are repeats.</summary>
    public string EventId(int index)
    {
        while (ids.Count <= index) ids.Add(Guid.CreateVersion7().ToString());
        return ids[index];
    }
}
