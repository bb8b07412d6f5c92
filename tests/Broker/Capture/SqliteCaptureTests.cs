using Hobom.Slices.Broker.Capture;
using Hobom.Slices.Tests.Broker.Outbox;
using static Hobom.Slices.Tests.Broker.Capture.CaptureSamples;

namespace Hobom.Slices.Tests.Broker.Capture;

public sealed class SqliteCaptureTests : IAsyncLifetime
{
    OutboxDatabase database = null!;

    public async Task InitializeAsync() => database = await OutboxDatabase.SqliteAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Rows_that_are_added_changed_and_removed_make_events_and_a_rollback_none()
    {
        await database.RunAsync("create table users (id integer primary key, name text, amount real, raw blob, big integer)");
        await InstallAsync(Request("users"));
        await database.RunAsync(
            """
            insert into users values (7, 'Änna "x" \', 1.5, x'0aff', 9007199254740993);
            update users set name = null;
            update users set name = null;
            delete from users;
            begin;
            insert into users (id) values (8);
            rollback;
            """);
        const string was = """{"id":7,"name":"Änna \"x\" \\","amount":1.5,"raw":"0AFF","big":9007199254740993}""";
        const string now = """{"id":7,"name":null,"amount":1.5,"raw":"0AFF","big":9007199254740993}""";
        var events = (await database.EventsAsync()).Select(e => e.Event).ToList();
        Assert.Equal(
            [
                ("main.users.create", $$"""{"key":{"id":7},"new":{{was}}}"""),
                ("main.users.update", $$"""{"key":{"id":7},"old":{{was}},"new":{{now}}}"""),
                ("main.users.delete", $$"""{"key":{"id":7},"old":{{now}}}"""),
            ],
            events.Select(e => (e.Type, Payload(e))));
        Assert.Equal(("database", "users", "7", "main.users/7"), (events[0].Source, events[0].AggregateType, events[0].AggregateId, events[0].OrderingKey));
    }

    [Theory]
    [InlineData("text collate nocase", "'Anna'", "'ANNA'")]
    [InlineData("text collate rtrim", "'Anna'", "'Anna '")]
    [InlineData("", "1", "1.0")]
    [InlineData("", "'1'", "1")]
    [InlineData("", "'a'", "x'61'")]
    [InlineData("text", "null", "''")]
    public async Task A_change_that_the_columns_own_comparison_does_not_see_is_one(string type, string before, string after)
    {
        await database.RunAsync($"create table users (id integer primary key, name {type}); insert into users values (1, {before})");
        await InstallAsync(Request("users"));
        await database.RunAsync($"update users set name = {before}; update users set name = {after}; update users set name = {after}");
        Assert.Equal("update", Assert.Single(await database.EventsAsync()).Event.Operation);
    }

    [Fact]
    public async Task A_key_of_bytes_is_told_in_digits_and_one_with_a_zero_byte_is_whole()
    {
        await database.RunAsync("create table parts (id blob primary key, no integer)");
        await InstallAsync(Request("parts"));
        await database.RunAsync("insert into parts values (x'00ff', 1), (x'00', 2), (x'4100', 3), ('7', 4)");
        var events = (await database.EventsAsync()).Select(e => e.Event).ToList();
        Assert.Equal(["00FF", "00", "4100", "7"], events.Select(e => e.AggregateId));
        Assert.Equal(["main.parts/00FF", "main.parts/00", "main.parts/4100", "main.parts/7"], events.Select(e => e.OrderingKey));
        Assert.Equal("""{"key":{"id":"00FF"},"new":{"id":"00FF","no":1}}""", Payload(events[0]));
    }

    [Fact]
    public async Task A_number_without_end_is_a_word()
    {
        await database.RunAsync("create table sums (id real primary key, amount real)");
        await InstallAsync(Request("sums"));
        await database.RunAsync("insert into sums values (1.5, 9e999), (-9e999, -9e999)");
        var events = (await database.EventsAsync()).Select(e => e.Event).ToList();
        Assert.Equal(
            ["""{"key":{"id":1.5},"new":{"id":1.5,"amount":"Infinity"}}""", """{"key":{"id":"-Infinity"},"new":{"id":"-Infinity","amount":"-Infinity"}}"""],
            events.Select(Payload));
        Assert.Equal(["1.5", "-Infinity"], events.Select(e => e.AggregateId));
    }

    [Fact]
    public async Task A_file_that_is_not_the_brokers_gets_no_triggers_that_could_not_write()
    {
        var other = File + ".app";
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={other};Pooling=false"))
        {
            await connection.OpenAsync();
            await using var create = connection.CreateCommand();
            create.CommandText = "create table users (id integer primary key)";
            await create.ExecuteNonQueryAsync();
        }

        var read = await SqliteColumns.ReadAsync(other, new TableName("main", "users"), default);
        Assert.Contains("no table outbox_event", read.Match(_ => "", f => f.Message), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wide_table_with_strange_names_is_captured_and_let_go_again()
    {
        var columns = Enumerable.Range(0, 150).Select(n => $"c\"{n}' {{x}}").ToList();
        await database.RunAsync($"create table \"we\"\"ird '\" (a integer, b text, {string.Join(", ", columns.Select(SqlLiterals.Name))}, primary key (b, a)) without rowid");
        var request = Request("we\"ird '") with { Ignored = columns[..148], Masked = [columns[148]] };
        await InstallAsync(request);
        await InstallAsync(request);
        await database.RunAsync($"insert into \"we\"\"ird '\" (a, b, {SqlLiterals.Name(columns[148])}) values (1, 'x', 'hidden')");
        Assert.Equal(
            """{"key":{"b":"x","a":1},"new":{"a":1,"b":"x","c\"148' {x}":"***","c\"149' {x}":null}}""",
            Payload(Assert.Single(await database.EventsAsync()).Event));
        await database.RunAsync(SqliteCapture.Drop(new TableName("main", "we\"ird '")));
        await database.RunAsync("insert into \"we\"\"ird '\" (a, b) values (2, 'x')");
        Assert.Single(await database.EventsAsync());
    }

    [Fact]
    public async Task A_table_that_is_not_there_is_told()
    {
        var read = await SqliteColumns.ReadAsync(File, new TableName("main", "none"), default);
        Assert.Contains("has no table main.none", read.Match(_ => "", f => f.Message), StringComparison.Ordinal);
        Assert.True((await SqliteColumns.ReadAsync(File + ".none", new TableName("main", "none"), default)).IsLeft);
    }

    string File => database.Address["Data Source=".Length..];

    async Task InstallAsync(CaptureRequest request)
    {
        var table = request.Table with { Schema = "main" };
        var columns = await SqliteColumns.ReadAsync(File, table, default).Right();
        await database.RunAsync(SqliteCapture.Install(request with { Table = table, Key = columns.Key }, columns.All));
    }
}
