using System.Text;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Publishing;
using Hobom.Slices.Outbox;
using Hobom.Slices.Tests.Broker.Stores;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Outbox;

/// <summary>The writer beside the processor's own publisher, on each database.</summary>
public abstract class OutboxWriterConformance : IAsyncLifetime
{
    const string Payload = "{ \"a\":1.0e400, \"a\" :\"\\u00e4ä\",\"n\":12345678901234567890.10 }";

    protected OutboxDatabase Database { get; private set; } = null!;

    readonly OutboxWriter writer = new(new OutboxWriterOptions { InstanceId = "app-1" });

    public async Task InitializeAsync() => Database = await OpenAsync();

    public async Task DisposeAsync() => await Database.DisposeAsync();

    protected abstract Task<OutboxDatabase> OpenAsync();

    [Fact]
    public async Task What_the_writer_writes_is_what_the_processor_publishes()
    {
        var given = Full();
        await WriteAsync(given);
        var published = new BrokerEvent
        {
            Id = "published", Source = given.Source, Type = given.Type, Payload = new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(Payload)),
            SourceModule = given.SourceModule, AggregateType = given.AggregateType, AggregateId = given.AggregateId,
            OrderingKey = given.OrderingKey, SchemaVersion = given.SchemaVersion, Metadata = given.Metadata, UserId = given.UserId,
            SessionId = given.SessionId, InstanceId = "app-1", Schema = given.Schema, Entity = given.Entity, Operation = given.Operation,
            CreatedAt = Noon, AvailableAt = Noon.AddMinutes(1),
        };
        var publisher = new EventPublisher(Database.Store, EventLimits.Default, keepSecrets: false, _ => false, TimeProvider.System);
        await publisher.PublishAsync([published], default).Right();
        var events = await Database.EventsAsync();
        Assert.True(events[0].Event.SaysTheSameAs(events[1].Event with { Id = given.Id! }));
        Assert.Equal(events[1].Event with { Id = given.Id!, Payload = default }, events[0].Event with { Payload = default });
        Assert.Equal(Encoding.UTF8.GetBytes(Payload), events[0].Event.Payload.Match(p => p.ToArray(), () => []));
        Assert.StartsWith("sha256:", events[0].Event.SessionId, StringComparison.Ordinal);
        Assert.DoesNotContain("a@b.example", events[0].Event.Metadata, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_asked_to_wait_is_given_out_at_once_whatever_its_writers_clock_says()
    {
        await WriteAsync(Full() with { CreatedAt = Noon.AddYears(70), AvailableAt = null });
        var written = Assert.Single(await Database.EventsAsync()).Event;
        Assert.Equal((Noon.AddYears(70), null), (written.CreatedAt, written.AvailableAt));
    }

    [Fact]
    public async Task An_event_is_there_with_the_commit_and_after_a_rollback_it_never_was()
    {
        await using var connection = await Database.OpenAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await writer.WriteAsync(transaction, Simple("gone"));
            await transaction.RollbackAsync();
        }

        await using (var transaction = await connection.BeginTransactionAsync())
        {
            Assert.False((await writer.WriteAsync(transaction, Simple("kept"))).Repeated);
            await transaction.CommitAsync();
        }

        Assert.Equal(["kept"], (await Database.EventsAsync()).Select(e => e.Event.Id));
    }

    [Fact]
    public async Task The_same_event_again_is_a_repeat_and_another_body_is_a_conflict_that_leaves_the_transaction_whole()
    {
        var first = await WriteAsync(Full());
        var again = await WriteAsync(Full() with { CreatedAt = Noon.AddHours(2), InstanceId = "app-2" });
        Assert.Equal(first with { Repeated = true }, again);
        await using var connection = await Database.OpenAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await writer.WriteAsync(transaction, Simple("before"));
            await Assert.ThrowsAsync<OutboxConflictException>(() => writer.WriteAsync(transaction, Full() with { Payload = "[]"u8.ToArray() }));
            await Assert.ThrowsAsync<OutboxConflictException>(() => writer.WriteAsync(transaction, Full() with { Payload = null }));
            Assert.Throws<OutboxConflictException>(() => writer.Write(transaction, Full() with { Type = "other" }));
            await transaction.CommitAsync();
        }

        Assert.Equal(["e1", "before"], (await Database.EventsAsync()).Select(e => e.Event.Id));
    }

    [Fact]
    public async Task No_metadata_and_none_in_it_are_the_same_event()
    {
        await WriteAsync(Simple("none"));
        Assert.True((await WriteAsync(Simple("none") with { Metadata = "{}" })).Repeated);
        await Database.Store.AppendAsync(Event("empty") with { Metadata = "{}" });
        var given = new OutboxEvent { Id = "empty", Source = "tests", Type = "public.users.create", Payload = "{}"u8.ToArray() };
        Assert.True((await WriteAsync(given)).Repeated);
        await Assert.ThrowsAsync<OutboxConflictException>(() => WriteAsync(given with { Metadata = "{\"a\":1}" }));
    }

    [Fact]
    public async Task An_event_that_the_processor_stored_compressed_is_a_repeat()
    {
        var payload = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(0, 60_000))}]");
        await Database.Store.AppendAsync(Event("big") with { Payload = new ReadOnlyMemory<byte>(payload) });
        var given = new OutboxEvent { Id = "big", Source = "tests", Type = "public.users.create", Payload = payload };
        Assert.True((await WriteAsync(given)).Repeated);
        payload[1] = (byte)'1';
        await Assert.ThrowsAsync<OutboxConflictException>(() => WriteAsync(given with { Payload = payload }));
    }

    [Fact]
    public async Task Without_an_id_each_is_another_event_and_no_payload_is_not_null()
    {
        var none = await WriteAsync(Simple(null));
        var isNull = await WriteAsync(Simple(null) with { Payload = "null"u8.ToArray() });
        Assert.NotEqual(none.EventId, isNull.EventId);
        var events = await Database.EventsAsync();
        Assert.Equal((true, 4), (events[0].Event.Payload.IsNone, events[1].Event.Payload.Match(p => p.Length, () => 0)));
        Assert.Equal([none.RowId, isNull.RowId], events.Select(e => e.RowId));
    }

    [Fact]
    public async Task The_writer_joins_a_transaction_that_was_begun_by_a_statement()
    {
        await using var connection = await Database.OpenAsync();
        await connection.Command(null, "begin").RunAsync(default);
        await writer.WriteAsync(connection, null, Simple("e1"));
        writer.Write(connection, null, Simple("e2"));
        await connection.Command(null, "rollback").RunAsync(default);
        Assert.Empty(await Database.EventsAsync());
    }

    [Fact]
    public async Task Written_in_a_batch_they_keep_their_order()
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var receipts = await writer.WriteAsync(transaction, [Simple("a"), Simple("b"), Simple("a")]);
        await transaction.CommitAsync();
        Assert.Equal([false, false, true], receipts.Select(r => r.Repeated));
        Assert.Equal(["a", "b"], (await Database.EventsAsync()).Select(e => e.Event.Id));
    }

    [Fact]
    public async Task A_refused_event_costs_no_statement()
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var refused = await Assert.ThrowsAsync<OutboxRefusedException>(
            () => writer.WriteAsync(transaction, Simple("e1") with { Payload = "{"u8.ToArray() }));
        Assert.Equal("payload", refused.Field);
        await writer.WriteAsync(transaction, Simple("e2"));
        await transaction.CommitAsync();
        Assert.Equal(["e2"], (await Database.EventsAsync()).Select(e => e.Event.Id));
    }

    protected async Task<OutboxReceipt> WriteAsync(OutboxEvent given)
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var receipt = await writer.WriteAsync(transaction, given);
        await transaction.CommitAsync();
        return receipt;
    }

    protected static OutboxEvent Simple(string? id) => new() { Id = id, Source = "shop", Type = "shop.order.create" };

    static OutboxEvent Full() => new()
    {
        Id = "e1", Source = "shop", Type = "shop.order.create", Payload = Encoding.UTF8.GetBytes(Payload), SourceModule = "accounts",
        AggregateType = "user", AggregateId = "7", OrderingKey = "k/1", SchemaVersion = 3, Metadata = """{"user_email":"a@b.example","b":1}""",
        UserId = 5_000_000_000, SessionId = "token", Schema = "public", Entity = "users", Operation = "create", CreatedAt = Noon,
        AvailableAt = Noon.AddMinutes(1),
    };
}

public sealed class SqliteOutboxWriterTests : OutboxWriterConformance
{
    protected override Task<OutboxDatabase> OpenAsync() => OutboxDatabase.SqliteAsync();
}

[Collection(nameof(PostgresCluster))]
public sealed class PostgresOutboxWriterTests(PostgresCluster cluster) : OutboxWriterConformance
{
    [Fact]
    public async Task The_table_may_lie_in_a_schema_where_the_connection_does_not_look()
    {
        await Database.RunAsync("create schema \"my \"\"events\"; alter table outbox_event set schema \"my \"\"events\"");
        var elsewhere = new OutboxWriter(new OutboxWriterOptions { Schema = "my \"events" });
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await elsewhere.WriteAsync(transaction, Simple("e1"));
        Assert.True((await elsewhere.WriteAsync(transaction, Simple("e1"))).Repeated);
        await transaction.CommitAsync();
    }

    /// <summary>The second waits for the first, and is a repeat of what was committed.</summary>
    [Fact]
    public async Task Two_who_write_the_same_event_at_once_write_one()
    {
        var receipts = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => WriteAsync(Simple("e1")))));
        Assert.Single(receipts, r => !r.Repeated);
        Assert.Single(await Database.EventsAsync());
    }

    protected override Task<OutboxDatabase> OpenAsync() => OutboxDatabase.PostgresAsync(cluster);
}
