using LanguageExt;

namespace Hobom.Slices.Broker.Capture;

/// <summary>Which table's changes become events, and how they are shown.</summary>
/// <param name="Key">Columns; empty: the primary key, which the printed SQL looks for.</param>
/// <param name="Ignored">Columns that are in no event.</param>
/// <param name="Masked">Columns that show <c>***</c>.</param>
/// <param name="OutboxSchema">Where the outbox table lies; null: where it is found when the SQL is run.</param>
public sealed record CaptureRequest(
    TableName Table, IReadOnlyList<string> Key, IReadOnlyList<string> Ignored, IReadOnlyList<string> Masked, string Module,
    string? OutboxSchema, IReadOnlyList<CapturedOperation> Operations);

public enum CapturedOperation
{
    Create,
    Update,
    Delete,
}

/// <param name="Option">The argument at fault.</param>
public sealed record CaptureFault(string Option, string Text);

public static class CaptureRules
{
    /// <summary>Of PostgreSQL, in bytes; what is longer it cuts without a word that a script would see.</summary>
    const int IdentifierBytes = 63;

    const int ModuleLimit = 127;

    public static IReadOnlyList<CapturedOperation> AllOperations { get; } = Enum.GetValues<CapturedOperation>();

    public static Either<CaptureFault, CaptureRequest> Check(CaptureRequest given)
    {
        IEnumerable<(string Option, string Name)> names =
        [
            ("--table", given.Table.Schema), ("--table", given.Table.Name), .. given.Key.Select(n => ("--key", n)),
            .. given.Ignored.Select(n => ("--ignore", n)), .. given.Masked.Select(n => ("--mask", n)),
            .. given.OutboxSchema is { } schema ? [("--outbox-schema", schema)] : System.Array.Empty<(string, string)>(),
        ];
        if (names.Select(n => IdentifierFault(n.Option, n.Name)).FirstOrDefault(f => f is not null) is { } fault) return fault;
        if (given.Module.Length > ModuleLimit || given.Module.Any(char.IsControl))
            return new CaptureFault("--module", $"a module has at most {ModuleLimit} characters, and no control characters");
        if (given.Operations.Count == 0) return new CaptureFault("--operations", "name one of create, update, delete");
        return given.Key.FirstOrDefault(k => given.Ignored.Contains(k) || given.Masked.Contains(k)) is { } hidden
            ? new CaptureFault("--key", $"'{hidden}' is a key: events cannot go without it")
            : given;
    }

    public static string Word(this CapturedOperation operation) => operation switch
    {
        CapturedOperation.Create => "create",
        CapturedOperation.Update => "update",
        CapturedOperation.Delete => "delete",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static CaptureFault? IdentifierFault(string option, string name) =>
        name.Length == 0 ? new CaptureFault(option, "a name is empty")
        : name.Any(char.IsControl) || !Rows.StoredText.IsKept(name) ? new CaptureFault(option, "a name holds a control character")
        : System.Text.Encoding.UTF8.GetByteCount(name) > IdentifierBytes
            ? new CaptureFault(option, $"'{name}' has more than {IdentifierBytes} bytes")
        : null;
}
