using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Capture;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Tests.Broker.Outbox;
using Hobom.Slices.Tests.Broker.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using static Hobom.Slices.Tests.Broker.Capture.CaptureSamples;

namespace Hobom.Slices.Tests.Broker.Capture;

/// <summary>The printed SQL, run by psql on a real server; the events as a handler gets them.</summary>
[Collection(nameof(PostgresCluster))]
public sealed class PostgresCaptureTests(PostgresCluster cluster) : IAsyncLifetime
{
    OutboxDatabase database = null!;

    public async Task InitializeAsync() => database = await OutboxDatabase.PostgresAsync(cluster);

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Rows_that_are_added_changed_and_removed_reach_a_handler_with_their_bytes()
    {
        await PsqlAsync("create table users (id integer primary key, name text, amount numeric(10,2), data jsonb, at timestamptz, raw bytea)");
        await PsqlAsync(PostgresCapture.Install(Request("users")));
        await PsqlAsync(
            """
            set timezone = 'UTC';
            insert into users values (7, E'Änna "x" \\ \n', 10.50, '{"b": 1, "a": 2}', '2026-01-31 12:00:00+00', '\x0aff');
            begin;
            update users set name = null where id = 7;
            update users set name = name where id = 7;
            delete from users;
            commit;
            begin;
            insert into users (id) values (8);
            rollback;
            """);
        const string was = """{"id":7,"name":"Änna \"x\" \\ \n","amount":10.50,"data":{"b": 1, "a": 2},"at":"2026-01-31T12:00:00+00:00","raw":"\\x0aff"}""";
        var now = was.Replace("\"Änna \\\"x\\\" \\\\ \\n\"", "null", StringComparison.Ordinal).Replace("\"b\": 1, \"a\": 2", "\"a\": 2, \"b\": 1", StringComparison.Ordinal);
        var before = was.Replace("\"b\": 1, \"a\": 2", "\"a\": 2, \"b\": 1", StringComparison.Ordinal);
        var handled = await HandledAsync(3);
        Assert.Equal(
            [
                ("public.users.create", $$"""{"key":{"id":7},"new":{{before}}}"""),
                ("public.users.update", $$"""{"key":{"id":7},"old":{{before}},"new":{{now}}}"""),
                ("public.users.delete", $$"""{"key":{"id":7},"old":{{now}}}"""),
            ],
            handled.Select(e => (e.Type, Payload(e))));
        var first = handled[0];
        Assert.Equal(
            ("database", "public", "users", "create", "users", "7", "public.users/7"),
            (first.Source, first.Schema, first.Entity, first.Operation, first.AggregateType, first.AggregateId, first.OrderingKey));
    }

    [Theory]
    [InlineData("Users", "Id")]
    [InlineData("we\"ird.'table", "a\"b'c")]
    [InlineData("back\\slash $hobom$", "{x} %s \\d")]
    public async Task Names_are_taken_as_they_are_whatever_is_in_them(string table, string column)
    {
        await PsqlAsync($"create schema {SqlLiterals.Name("My \"Shop")}");
        var name = new TableName("My \"Shop", table);
        await PsqlAsync($"create table {SqlLiterals.Name(name)} ({SqlLiterals.Name(column)} text primary key, n integer)");
        await PsqlAsync(PostgresCapture.Install(Request(table) with { Table = name, Module = "it's \\ $hobom$" }));
        await PsqlAsync($"insert into {SqlLiterals.Name(name)} values ('x', 1)");
        var only = Assert.Single(await HandledAsync(1));
        Assert.Equal(($"My \"Shop.{table}.create", "x", "it's \\ $hobom$"), (only.Type, only.AggregateId, only.SourceModule));
        using var payload = System.Text.Json.JsonDocument.Parse(Payload(only));
        Assert.Equal("x", payload.RootElement.GetProperty("new").GetProperty(column).GetString());
        await PsqlAsync(PostgresCapture.Drop(name));
        await PsqlAsync($"insert into {SqlLiterals.Name(name)} values ('y', 1)");
        Assert.Single(await database.EventsAsync());
        Assert.Equal("0", await PsqlAsync("select count(*) from pg_proc where proname like 'outbox_capture%'"));
    }

    [Fact]
    public async Task A_key_of_several_columns_is_found_in_its_order_and_another_may_be_named()
    {
        await PsqlAsync("create table lines (no integer, order_id uuid, sku text, primary key (order_id, no))");
        await PsqlAsync(PostgresCapture.Install(Request("lines")));
        await PsqlAsync("insert into lines values (2, '01890a5d-ac96-774b-bcce-b302099a8057', 'tea')");
        await PsqlAsync(PostgresCapture.Install(Request("lines") with { Key = ["sku"], Operations = [CapturedOperation.Delete] }));
        await PsqlAsync("insert into lines values (3, '01890a5d-ac96-774b-bcce-b302099a8057', 'milk'); delete from lines where no = 3");
        var events = (await database.EventsAsync()).Select(e => e.Event).ToList();
        Assert.Equal(
            [("public.lines/01890a5d-ac96-774b-bcce-b302099a8057,2", ""), ("public.lines/milk", "milk")],
            events.Select(e => (e.OrderingKey, e.AggregateId)));
        Assert.StartsWith("""{"key":{"order_id":"01890a5d-ac96-774b-bcce-b302099a8057","no":2},"new":""", Payload(events[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_are_left_out_or_hidden()
    {
        await PsqlAsync("create table users (id integer primary key, email text, password text, note text)");
        await PsqlAsync(PostgresCapture.Install(Request("users") with { Ignored = ["password"], Masked = ["email", "note"] }));
        await PsqlAsync("insert into users values (1, 'a@b.example', 'secret', null)");
        Assert.Equal(
            """{"key":{"id":1},"new":{"id":1,"email":"***","note":null}}""", Payload(Assert.Single(await database.EventsAsync()).Event));
    }

    [Fact]
    public async Task A_covering_key_is_its_columns_and_not_what_it_includes()
    {
        await PsqlAsync("create table lines (note text, no integer, id integer, name text, primary key (id, no) include (name))");
        await PsqlAsync(PostgresCapture.Install(Request("lines")));
        await PsqlAsync("insert into lines values ('n', 2, 7, 'tea')");
        var only = Assert.Single(await database.EventsAsync()).Event;
        Assert.Equal(
            ("7,2", """{"key":{"id":7,"no":2},"new":{"note":"n","no":2,"id":7,"name":"tea"}}"""), (only.AggregateId, Payload(only)));
    }

    [Theory]
    [InlineData("id")]
    [InlineData("password")]
    [InlineData("email")]
    public async Task A_column_that_was_renamed_under_its_trigger_makes_no_event_without_it(string column)
    {
        await PsqlAsync("create table users (id integer primary key, email text, password text); insert into users values (1, 'a', 'secret')");
        await PsqlAsync(PostgresCapture.Install(Request("users") with { Ignored = ["password"], Masked = ["email"] }));
        await PsqlAsync($"alter table users rename column {column} to renamed");
        foreach (var change in (string[])["insert into users values (2, 'b', 'secret')", "update users set (email) = row ('c')", "delete from users"])
        {
            var failed = await Assert.ThrowsAsync<InvalidOperationException>(
                () => PsqlAsync(column == "email" ? change.Replace("(email)", "(renamed)", StringComparison.Ordinal) : change));
            Assert.Contains($"public.users has no column {column} any more", failed.Message, StringComparison.Ordinal);
        }

        Assert.Empty(await database.EventsAsync());
        await PsqlAsync($"alter table users rename column renamed to {column}; delete from users");
        Assert.Equal("""{"key":{"id":1},"old":{"id":1,"email":"***"}}""", Payload(Assert.Single(await database.EventsAsync()).Event));
    }

    [Theory]
    [InlineData("create table t (a integer)", "the table has no primary key: name its key with --key", "")]
    [InlineData("create table t (a integer primary key)", "the table has no column b", "b")]
    [InlineData("create table t (a integer primary key); drop table outbox_event cascade", "there is no outbox_event here", "")]
    [InlineData("create table other (a integer)", "does not exist", "")]
    public async Task What_cannot_be_captured_is_told_and_nothing_is_made(string setting, string error, string key)
    {
        await PsqlAsync(setting);
        var failed = await Assert.ThrowsAsync<InvalidOperationException>(
            () => PsqlAsync(PostgresCapture.Install(Request("t") with { Key = key.Length == 0 ? [] : [key] })));
        Assert.Contains(error, failed.Message, StringComparison.Ordinal);
        Assert.Equal("0", await PsqlAsync("select count(*) from pg_proc where proname like 'outbox_capture%'"));
    }

    [Fact]
    public async Task The_outbox_table_is_found_whatever_the_writers_search_path_and_a_long_name_is_told_apart()
    {
        var name = new string('t', 60);
        await PsqlAsync($"create schema app; create table app.{name}a (id integer primary key); create table app.{name}b (id integer primary key)");
        foreach (var table in (string[])[$"{name}a", $"{name}b"])
            await PsqlAsync(PostgresCapture.Install(Request(table) with { Table = new TableName("app", table), OutboxSchema = "public" }));
        await PsqlAsync($"set search_path = app; insert into {name}a values (1); insert into {name}b values (2)");
        Assert.Equal([$"app.{name}a/1", $"app.{name}b/2"], (await database.EventsAsync()).Select(e => e.Event.OrderingKey));
    }

    async Task<List<BrokerEvent>> HandledAsync(int count)
    {
        var settings = BrokerSettingsReader.Read(new Dictionary<string, string>
        {
            ["HOBOM_BROKER_PROVIDER"] = "postgres", ["HOBOM_BROKER_DATABASE_URL"] = database.Address,
        }).Match(s => s.IfNone(() => throw new InvalidOperationException("off")), p => throw new InvalidOperationException(p[0]));
        var handled = new ConcurrentQueue<BrokerEvent>();
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await using var slice = BrokerSlice.Build(settings, new BrokerTools(TimeProvider.System, () => 0, NullLoggerFactory.Instance, "p1", null, null));
        slice.Subscribe("all", "*", (context, _) =>
        {
            handled.Enqueue(context.Event);
            if (handled.Count == count) stop.CancelAfter(TimeSpan.FromMilliseconds(300));
            return Task.CompletedTask;
        }, c => c with { OrderedByKey = true, Concurrency = 1 });
        await slice.RunAsync(stop.Token);
        Assert.Equal(count, handled.Count);
        return [.. handled];
    }

    async Task<string> PsqlAsync(string sql)
    {
        var address = new NpgsqlConnectionStringBuilder(database.Address);
        var start = new ProcessStartInfo("psql", [
            "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", address.Host!, "-p", $"{address.Port}", "-U", address.Username!, "-d", address.Database!, "-f", "-"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardInputEncoding = new UTF8Encoding(false),
        };
        start.Environment["PGCLIENTENCODING"] = "UTF8";
        using var psql = Process.Start(start)!;
        var output = psql.StandardOutput.ReadToEndAsync();
        var errors = psql.StandardError.ReadToEndAsync();
        await psql.StandardInput.WriteAsync(sql);
        psql.StandardInput.Close();
        await psql.WaitForExitAsync();
        return psql.ExitCode == 0 ? (await output).Trim() : throw new InvalidOperationException(await errors);
    }
}
