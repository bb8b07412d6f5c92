using System.CommandLine;
using Hobom.Slices.Broker.Capture;
using Hobom.Slices.Core;

namespace Hobom.Slices.Host.CommandLine;

/// <summary><c>hobom broker capture</c>: prints the SQL of triggers, and asks no processor.</summary>
static class CaptureCommand
{
    static readonly Option<string> Table = Options.Text("--table", "TABLE", "public.users; names in double quotes are taken as they are");

    static readonly Option<string> Provider = Options.Text("--provider", "NAME", "postgres, or sqlite (postgres)");

    static readonly Option<string> Key = Options.Text("--key", "COLUMNS", "What tells rows apart, parted by commas (the primary key)");

    static readonly Option<string> Ignore = Options.Text("--ignore", "COLUMNS", "Columns that are in no event");

    static readonly Option<string> Mask = Options.Text("--mask", "COLUMNS", "Columns that show ***");

    static readonly Option<string> Operations = Options.Text("--operations", "LIST", "Some of create,update,delete (all)");

    static readonly Option<string> Module = Options.Text("--module", "NAME", "The events' source_module");

    static readonly Option<string> OutboxSchema = Options.Text(
        "--outbox-schema", "NAME", "PostgreSQL: where outbox_event lies (where it is found when the SQL is run)");

    static readonly Option<string> File = Options.Text("--file", "PATH", "SQLite: the database, whose columns are looked up");

    static readonly Option<string> Columns = Options.Text("--columns", "COLUMNS", "SQLite: all columns of the table, instead of --file");

    static readonly Option<bool> Drop = Options.Flag("--drop", "Prints the SQL that takes the triggers away");

    public static Command Build(Terminal terminal)
    {
        var command = new Command(
            "capture",
            "Prints the SQL of triggers that write an event for each row of a table that changes, with its old and new values: "
            + "hobom broker capture --table public.users | psql")
        {
            Table, Provider, Key, Ignore, Mask, Operations, Module, OutboxSchema, File, Columns, Drop,
        };
        Table.Required = true;
        command.SetAction(async (given, stopping) =>
        {
            if ((await PrintAsync(given, stopping)).TryGetRight(out var sql, out var fault))
            {
                await terminal.Output.WriteLineAsync(sql);
                return ExitCode.Done;
            }

            await terminal.Error.WriteLineAsync(LogText.Clean($"{fault.Option}: {fault.Text}", 1000));
            return ExitCode.WrongArguments;
        });
        return command;
    }

    static async Task<LanguageExt.Either<CaptureFault, string>> PrintAsync(ParseResult given, CancellationToken stopping)
    {
        var provider = given.GetValue(Provider) ?? "postgres";
        if (provider is not ("postgres" or "sqlite")) return new CaptureFault("--provider", "postgres or sqlite");
        var isSqlite = provider is "sqlite";
        if (!Read(given, isSqlite).TryGetRight(out var request, out var fault)) return fault;
        if (isSqlite) return given.GetValue(Drop) ? SqliteCapture.Drop(request.Table) : await OfSqliteAsync(given, request, stopping);
        if (given.GetValue(File) is not null || given.GetValue(Columns) is not null)
            return new CaptureFault("--provider", "--file and --columns are for sqlite");
        return given.GetValue(Drop) ? PostgresCapture.Drop(request.Table) : PostgresCapture.Install(request);
    }

    static LanguageExt.Either<CaptureFault, CaptureRequest> Read(ParseResult given, bool isSqlite) =>
        from table in TableName.Parse(given.GetRequiredValue(Table), isSqlite ? "main" : "public", folds: !isSqlite)
        from key in Names(given, Key, isSqlite)
        from ignored in Names(given, Ignore, isSqlite)
        from masked in Names(given, Mask, isSqlite)
        from operations in ReadOperations(given.GetValue(Operations))
        from request in CaptureRules.Check(
            new CaptureRequest(table, key, ignored, masked, given.GetValue(Module) ?? "", given.GetValue(OutboxSchema), operations))
        select request;

    static async Task<LanguageExt.Either<CaptureFault, string>> OfSqliteAsync(
        ParseResult given, CaptureRequest request, CancellationToken stopping)
    {
        TableColumns? table = null;
        if (given.GetValue(File) is { } file)
        {
            if (!(await SqliteColumns.ReadAsync(file, request.Table, stopping)).TryGetRight(out table, out var failure))
                return new CaptureFault("--file", failure.Message);
        }
        else if (given.GetValue(Columns) is not null)
        {
            if (!Names(given, Columns, isSqlite: true).TryGetRight(out var columns, out var fault)) return fault;
            table = new TableColumns(columns, []);
        }

        if (table is null) return new CaptureFault("--file", "triggers of SQLite name every column: give --file, or --columns");
        var key = request.Key.Count > 0 ? request.Key : table.Key;
        if (key.Count == 0) return new CaptureFault("--key", "name what tells rows apart: no primary key is known");
        var named = key.Concat(request.Ignored).Concat(request.Masked);
        if (named.FirstOrDefault(c => !table.All.Contains(c, StringComparer.Ordinal)) is { } unknown)
            return new CaptureFault("--table", $"there is no column '{unknown}'");
        return CaptureRules.Check(request with { Key = key }).Map(checkedRequest => SqliteCapture.Install(checkedRequest, table.All));
    }

    static LanguageExt.Either<CaptureFault, IReadOnlyList<string>> Names(ParseResult given, Option<string> option, bool isSqlite) =>
        given.GetValue(option) is not { } text ? LanguageExt.Either<CaptureFault, IReadOnlyList<string>>.Right([])
        : TableName.Names(text, folds: !isSqlite) is { } names ? LanguageExt.Either<CaptureFault, IReadOnlyList<string>>.Right(names)
        : new CaptureFault(option.Name, "a quote is not closed, or something follows one");

    static LanguageExt.Either<CaptureFault, IReadOnlyList<CapturedOperation>> ReadOperations(string? text)
    {
        if (text is null) return LanguageExt.Either<CaptureFault, IReadOnlyList<CapturedOperation>>.Right(CaptureRules.AllOperations);
        var words = text.Split(',', StringSplitOptions.TrimEntries);
        return words.All(w => CaptureRules.AllOperations.Any(o => o.Word() == w))
            ? LanguageExt.Either<CaptureFault, IReadOnlyList<CapturedOperation>>.Right(
                [.. CaptureRules.AllOperations.Where(o => words.Contains(o.Word()))])
            : new CaptureFault("--operations", "some of create,update,delete");
    }
}
