using static Hobom.Slices.Broker.Capture.SqlLiterals;

namespace Hobom.Slices.Broker.Capture;

/// <summary>
/// The SQL of a trigger that writes an event for each row of a table that changes: what the interceptor of the client package
/// writes, for programs in every other language. For PostgreSQL 13 or newer.
/// </summary>
public static class PostgresCapture
{
    const string Trigger = "outbox_capture";

    public static string Install(CaptureRequest request) =>
        $"""
        -- An event for each row that changes. Run it where outbox_event is found, as who may make functions and triggers there.
        -- Who changes rows needs the right to INSERT into outbox_event.
        begin;

        create or replace function {Function(request.Table)}() returns trigger language plpgsql
        set search_path {(request.OutboxSchema is { } schema ? $"= {Name(schema)}" : "from current")}
        as {DollarQuoted(Body(request))};

        do {DollarQuoted(Attach(request))};

        commit;
        """;

    public static string Drop(TableName table) =>
        $"""
        begin;
        drop trigger if exists {Trigger} on {Name(table)};
        drop function if exists {Function(table)}();
        commit;
        """;

    static string Body(CaptureRequest request) =>
        $$"""
        declare
            old_row json := case when tg_op <> 'INSERT' then to_json(old) end;
            new_row json := case when tg_op <> 'DELETE' then to_json(new) end;
            operation text := case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'delete' end;
            key_text text;
            key_json text;
            payload text;
            missing text;
        begin
            -- Columns are known by name: of one that was renamed the key would be empty, or the value shown that is to be hidden.
            select n.name into missing from unnest(tg_argv || {{Texts(request.Ignored.Concat(request.Masked))}}) as n (name)
            where n.name not in (select json_object_keys(coalesce(new_row, old_row))) limit 1;
            if missing is not null then
                raise exception 'outbox_capture: %.% has no column % any more: print its trigger anew',
                    tg_table_schema, tg_table_name, missing;
            end if;

            if old_row::text = new_row::text then
                return null;
            end if;

            select string_agg(coalesce(coalesce(new_row, old_row) ->> k.name, ''), ',' order by k.place),
                '{' || string_agg(to_json(k.name)::text || ':' || (coalesce(new_row, old_row) -> k.name)::text, ',' order by k.place) || '}'
            into key_text, key_json
            from unnest(tg_argv) with ordinality as k (name, place);

            payload := '{"key":' || key_json;
            if old_row is not null then
                payload := payload || ',"old":' || ({{Row("old_row", request)}});
            end if;
            if new_row is not null then
                payload := payload || ',"new":' || ({{Row("new_row", request)}});
            end if;

            insert into outbox_event (
                event_name, source, source_module, aggregate_type, aggregate_id, ordering_key, payload, metadata, instance_id, schema,
                entity, operation)
            values (
                {{Text($"{request.Table.Schema}.{request.Table.Name}.")}} || operation, 'database', {{Text(request.Module)}},
                {{Text(request.Table.Name)}}, case when length(key_text) <= 36 then key_text else '' end,
                left({{Text($"{request.Table.Schema}.{request.Table.Name}/")}} || key_text, 255), convert_to(payload || '}', 'UTF8'),
                json_build_object('table_name', {{Text(request.Table.Name)}}), current_database(), {{Text(request.Table.Schema)}},
                {{Text(request.Table.Name)}}, operation);
            return null;
        end
        """;

    static string Attach(CaptureRequest request) =>
        $"""
        declare
            keys text[] := {(request.Key.Count == 0 ? "null" : Texts(request.Key))};
            named text[] := {Texts(request.Key.Concat(request.Ignored).Concat(request.Masked))};
            unknown text;
        begin
            if to_regclass({Text(request.OutboxSchema is { } schema ? $"{Name(schema)}.outbox_event" : "outbox_event")}) is null then
                raise exception 'there is no outbox_event here: the processor makes it at its start; --outbox-schema names its schema';
            end if;

            if keys is null then
                -- What a covering key includes beyond its columns is no part of it.
                select array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum)) into keys
                from pg_index i join pg_attribute a
                    on a.attrelid = i.indrelid and a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])
                where i.indrelid = {Text(Name(request.Table))}::regclass and i.indisprimary;
            end if;
            if keys is null then
                raise exception 'the table has no primary key: name its key with --key';
            end if;

            select n.name into unknown from unnest(named) as n (name) where not exists (
                select 1 from pg_attribute a
                where a.attrelid = {Text(Name(request.Table))}::regclass and a.attname = n.name and a.attnum > 0 and not a.attisdropped);
            if unknown is not null then
                raise exception 'the table has no column %', unknown;
            end if;
            if keys && {Texts(request.Ignored.Concat(request.Masked))} then
                raise exception 'a key cannot be left out or hidden: %', keys;
            end if;

            execute {Text($"drop trigger if exists {Trigger} on {Name(request.Table)}")};
            execute {Text(Create(request))} || (
                select string_agg(quote_literal(k.name), ', ' order by k.place)
                from unnest(keys) with ordinality as k (name, place)) || ')';
        end
        """;

    /// <summary>Without the key, which the SQL looks for when it is run.</summary>
    static string Create(CaptureRequest request) =>
        $"create trigger {Trigger} after {Events(request)} on {Name(request.Table)} "
        + $"for each row execute function {Function(request.Table)}(";

    /// <summary>The row's columns in their order, each value in the text that PostgreSQL gives it.</summary>
    static string Row(string row, CaptureRequest request)
    {
        var value = request.Masked.Count == 0
            ? "c.value::text"
            : $"case when c.key = any ({Texts(request.Masked)}) and c.value::text <> 'null' then '\"***\"' else c.value::text end";
        var some = request.Ignored.Count == 0 ? "" : $" where c.key <> all ({Texts(request.Ignored)})";
        return $"select '{{' || coalesce(string_agg(to_json(c.key)::text || ':' || {value}, ',' order by c.place), '') || '}}' "
            + $"from json_each({row}) with ordinality as c (key, value, place){some}";
    }

    static string Events(CaptureRequest request) => string.Join(" or ", request.Operations.Select(o => o switch
    {
        CapturedOperation.Create => "insert",
        CapturedOperation.Update => "update",
        CapturedOperation.Delete => "delete",
        _ => throw new System.Diagnostics.UnreachableException(),
    }));

    static string Function(TableName table) => $"{Name(table.Schema)}.{Name(Derived("outbox_capture_", table.Name))}";
}
