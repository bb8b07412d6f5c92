using System.Text.Encodings.Web;
using System.Text.Json;
using static Hobom.Slices.Broker.Capture.SqlLiterals;

namespace Hobom.Slices.Broker.Capture;

/// <summary>
/// The same for SQLite 3.38 or newer, whose triggers have to name every column. A row that is put in the place of another by INSERT OR
/// REPLACE is told as removed only with <c>pragma recursive_triggers</c>, as SQLite has it.
/// </summary>
public static class SqliteCapture
{
    static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="request">With its key.</param>
    /// <param name="columns">All of the table, in their order.</param>
    public static string Install(CaptureRequest request, IReadOnlyList<string> columns) => string.Join('\n', [
        "-- An event for each row that changes.", "begin immediate;", DropTriggers(request.Table),
        .. request.Operations.Select(o => Trigger(request, columns, o)), "commit;",
    ]);

    public static string Drop(TableName table) => $"begin immediate;\n{DropTriggers(table)}\ncommit;";

    static string DropTriggers(TableName table) =>
        string.Join('\n', CaptureRules.AllOperations.Select(o => $"drop trigger if exists {TriggerName(table, o)};"));

    static string Trigger(CaptureRequest request, IReadOnlyList<string> columns, CapturedOperation operation)
    {
        var (timing, old, now) = operation switch
        {
            CapturedOperation.Create => ("insert", false, true),
            CapturedOperation.Update => ("update", true, true),
            CapturedOperation.Delete => ("delete", true, false),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        var changed = operation is CapturedOperation.Update
            ? $"\nwhen {string.Join("\n    or ", columns.Select(c => Differs(Name(c))))}"
            : "";
        var row = now ? "new" : "old";
        var key = string.Join(" || ',' || ", request.Key.Select(k => $"coalesce(cast({Told($"{row}.{Name(k)}")} as text), '')"));
        var table = $"{request.Table.Schema}.{request.Table.Name}";
        return $$"""
            create trigger {{TriggerName(request.Table, operation)}} after {{timing}} on {{Name(request.Table.Name)}}{{changed}}
            begin
                insert into outbox_event (
                    event_name, source, source_module, aggregate_type, aggregate_id, ordering_key, payload, metadata, instance_id, schema,
                    entity, operation)
                values (
                    {{Plain($"{table}.{operation.Word()}")}}, 'database', {{Plain(request.Module)}}, {{Plain(request.Table.Name)}},
                    case when length({{key}}) <= 36 then {{key}} else '' end, substr({{Plain($"{table}/")}} || {{key}}, 1, 255),
                    cast('{"key":' || {{Row(row, request.Key, [])}}
                        {{(old ? $"|| ',\"old\":' || {Row("old", Shown(columns, request), request.Masked)}" : "")}}
                        {{(now ? $"|| ',\"new\":' || {Row("new", Shown(columns, request), request.Masked)}" : "")}} || '}' as blob),
                    json_object('table_name', {{Plain(request.Table.Name)}}), 'sqlite', {{Plain(request.Table.Schema)}},
                    {{Plain(request.Table.Name)}}, {{Plain(operation.Word())}});
            end;
            """;
    }

    /// <summary>As stored, whatever the column's collation calls equal; 1 and 1.0 are two values where a column has no type.</summary>
    static string Differs(string column) =>
        $"(old.{column} is not new.{column} collate binary or typeof(old.{column}) <> typeof(new.{column}))";

    static string[] Shown(IReadOnlyList<string> columns, CaptureRequest request) => [.. columns.Where(c => !request.Ignored.Contains(c))];

    static string Row(string row, IReadOnlyList<string> columns, IReadOnlyList<string> masked)
    {
        var members = columns.Select((c, at) =>
            $"{Plain($"{(at == 0 ? "{" : ",")}{JsonSerializer.Serialize(c, Json)}:")} || {Value($"{row}.{Name(c)}", masked.Contains(c))}");
        return columns.Count == 0 ? "'{}'" : $"{string.Join(" || ", members)} || '}}'";
    }

    static string Value(string column, bool isMasked) => isMasked
        ? $"case when {column} is null then 'null' else '\"***\"' end"
        : $"json_quote({Told(column)})";

    /// <summary>JSON has no bytes, which are told in hexadecimal digits, and no number that is infinite, which is told as a word.</summary>
    static string Told(string column) =>
        $"case when typeof({column}) = 'blob' then hex({column}) "
        + $"when typeof({column}) = 'real' and abs({column}) = 9e999 then iif({column} > 0, 'Infinity', '-Infinity') else {column} end";

    static string TriggerName(TableName table, CapturedOperation operation) =>
        $"{Name(table.Schema)}.{Name($"outbox_capture_{table.Name}_{operation.Word()}")}";
}
