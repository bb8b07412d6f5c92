using Hobom.Slices.Broker.Stores.Sql;
using Hobom.Slices.Broker.Stores.Sqlite;
using Microsoft.Data.Sqlite;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>What other programs write into the file.</summary>
public sealed class SqliteRowTests : IAsyncLifetime
{
    readonly string folder = ServerFolder.New("hobom-sqlite-rows-");
    SqliteStore store = null!;

    string File => Path.Combine(folder, "events.db");

    public async Task InitializeAsync()
    {
        await OpenAsync();
        await store.Port.Consumers.Save(Consumer("c"), default).Right();
    }

    public async Task DisposeAsync()
    {
        await store.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("'0192F0C1-1234-7000-8000-0123456789AB'")]
    [InlineData("'{0192f0c1-1234-7000-8000-0123456789ab}'")]
    [InlineData("'0192f0c1123470008000-0123456789ab----'")]
    [InlineData("'my-own-id'")]
    [InlineData("x'00112233445566778899aabbccddeeff'")]
    public async Task A_row_whose_id_no_handling_could_refer_to_is_refused_to_its_writer(string id)
    {
        var refused = await Assert.ThrowsAsync<SqliteException>(() => RunAsync(Insert(id)));
        Assert.Contains("outbox_event.id is a UUID as text in lower case", refused.Message, StringComparison.Ordinal);
        await RunAsync("insert into outbox_event (event_name, source) values ('a', 'm')");
        await Assert.ThrowsAsync<SqliteException>(() => RunAsync($"update outbox_event set id = {id}"));
    }

    [Fact]
    public async Task A_guid_that_the_library_writes_by_itself_is_refused_and_one_as_lower_case_text_is_an_event()
    {
        await Assert.ThrowsAsync<SqliteException>(() => RunAsync(Insert("@id"), ("@id", Guid.NewGuid())));
        var id = Guid.NewGuid();
        await RunAsync(Insert("@id"), ("@id", id.ToString()));
        Assert.Equal([id.ToString()], await GivenOutAsync());
    }

    [Fact]
    public async Task Rows_of_before_the_check_are_given_out_under_the_ids_that_they_were_written_under()
    {
        await RunAsync("drop trigger outbox_event_id_new; drop trigger outbox_event_id_changed; delete from broker_migration where version = 4");
        await RunAsync(Insert("'0192F0C1-1234-7000-8000-0123456789AB'"));
        await RunAsync(Insert("'my-own-id'"));
        await RunAsync(Insert("x'00112233445566778899aabbccddeeff'"));
        await RunAsync(Insert("'0192f0c1-1234-7000-8000-0123456789ab'"));
        await RunAsync("insert into outbox_event (id, event_id, event_name, source) values ('OTHER', 'named', 'a', 'm')");
        await store.DisposeAsync();
        await OpenAsync();
        var given = await GivenOutAsync();
        Assert.Equal(
            ["0192F0C1-1234-7000-8000-0123456789AB", "my-own-id", "0192f0c1-1234-7000-8000-0123456789ab", "named"],
            given.Where((_, place) => place != 2));
        Assert.Equal(5, given.Length);
        Assert.True(Guid.TryParse(given[2], out _));
    }

    [Fact]
    public async Task A_row_with_a_version_that_is_none_keeps_no_other_from_being_given_out()
    {
        await RunAsync("insert into outbox_event (event_name, source, schema_version) values ('a', 'm', 99999999999)");
        await store.Port.AppendAsync(Event("e1"));
        await store.Port.RouteAsync(DateTimeOffset.UtcNow);
        var held = await store.Port.ClaimAsync("c", now: DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Equal(2, held.Count);
        Assert.StartsWith("schema_version is at most", held.Single(c => c.Event.Id != "e1").Event.Unreadable, StringComparison.Ordinal);
    }

    static string Insert(string id) => $"insert into outbox_event (id, event_name, source) values ({id}, 'a', 'm')";

    async Task OpenAsync() =>
        store = (await SqliteStore.OpenAsync(File, SqlStoreSettings.Default, TimeProvider.System, default)).Right();

    async Task<string[]> GivenOutAsync()
    {
        await store.Port.RouteAsync(DateTimeOffset.UtcNow);
        return [.. (await store.Port.ClaimAsync("c", now: DateTimeOffset.UtcNow.AddSeconds(1))).Select(c => c.Event.Id)];
    }

    async Task RunAsync(string text, params (string, object?)[] parameters)
    {
        await using var connection = new SqliteConnection($"Data Source={File}");
        await connection.OpenAsync();
        await connection.Command(null, text, parameters).RunAsync(default);
    }
}
