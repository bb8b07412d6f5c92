using System.Data.Common;
using System.Text;
using Hobom.Slices.Outbox;
using Hobom.Slices.Outbox.EntityFrameworkCore;
using Hobom.Slices.Tests.Broker.Stores;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Hobom.Slices.Tests.Broker.Outbox;

/// <summary>SaveChanges with the interceptor: a row and its event are there together, or neither is.</summary>
public abstract partial class SaveCaptureConformance : IAsyncLifetime
{
    protected OutboxDatabase Database { get; private set; } = null!;

    string Schema => Database.IsSqlite ? "main" : "public";

    public async Task InitializeAsync()
    {
        Database = await OpenAsync();
        await using var context = NewContext();
        await context.GetService<IRelationalDatabaseCreator>().CreateTablesAsync();
    }

    public async Task DisposeAsync() => await Database.DisposeAsync();

    protected abstract Task<OutboxDatabase> OpenAsync();

    protected abstract void Use(DbContextOptionsBuilder builder, DbConnection? connection, bool retries);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_row_that_is_added_changed_and_removed_makes_three_events_with_old_and_new_values(bool asynchronous)
    {
        await using var context = NewContext();
        var anna = new User { Name = "Änna", Email = "a@b.example", Rank = Rank.Gold };
        context.Add(anna);
        await SaveAsync(context, asynchronous);
        anna.Phone = "1";
        await SaveAsync(context, asynchronous);
        context.Remove(anna);
        await SaveAsync(context, asynchronous);
        await SaveAsync(context, asynchronous);

        const string before = """{"id":1,"Email":"***","name":"Änna","Phone":null,"Rank":"Gold","Version":0}""";
        const string after = """{"id":1,"Email":"***","name":"Änna","Phone":"1","Rank":"Gold","Version":0}""";
        Assert.Equal(
            [
                ("create", $$"""{"key":{"id":1},"new":{{before}}}"""),
                ("update", $$"""{"key":{"id":1},"old":{{before}},"new":{{after}}}"""),
                ("delete", $$"""{"key":{"id":1},"old":{{after}}}"""),
            ],
            await CapturedAsync());
        var first = (await Database.EventsAsync())[0].Event;
        Assert.Equal(
            ($"{Schema}.users.create", "database", Schema, "users", "users", "1", $"{Schema}.users/1", """{"table_name":"users"}"""),
            (first.Type, first.Source, first.Schema, first.Entity, first.AggregateType, first.AggregateId, first.OrderingKey, first.Metadata));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task In_a_transaction_of_the_callers_rows_and_events_end_as_it_does(bool asynchronous, bool commits)
    {
        await using var context = NewContext();
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            context.Add(new User { Name = "a" });
            await SaveAsync(context, asynchronous);
            context.Add(new User { Name = "b" });
            await SaveAsync(context, asynchronous);
            if (commits) await transaction.CommitAsync();
            else await transaction.RollbackAsync();
        }

        var expected = commits ? 2 : 0;
        Assert.Equal((expected, expected), (await CountUsersAsync(), (await CapturedAsync()).Count));
    }

    [Fact]
    public async Task A_save_that_fails_in_a_transaction_that_goes_on_leaves_no_event()
    {
        await using var context = NewContext();
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            context.Add(new User { Name = "a" });
            await context.SaveChangesAsync();
            var twice = context.Add(new User { Name = "a" });
            await Assert.ThrowsAsync<DbUpdateException>(() => context.SaveChangesAsync());
            twice.State = EntityState.Detached;
            context.Add(new User { Name = "b" });
            await context.SaveChangesAsync();
            await transaction.CommitAsync();
        }

        Assert.Equal((2, 2), (await CountUsersAsync(), (await CapturedAsync()).Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_event_that_is_refused_takes_the_row_back(bool inTransaction)
    {
        await using var context = NewContext(o => o.Writer = new OutboxWriterOptions { PayloadBytes = 300 });
        await using var transaction = inTransaction ? await context.Database.BeginTransactionAsync() : null;
        context.Add(new User { Name = new string('x', 300) });
        await Assert.ThrowsAsync<OutboxRefusedException>(() => context.SaveChangesAsync());
        context.ChangeTracker.Clear();
        context.Add(new User { Name = "small" });
        await context.SaveChangesAsync();
        if (transaction is not null) await transaction.CommitAsync();
        Assert.Equal((1, 1), (await CountUsersAsync(), (await CapturedAsync()).Count));
    }

    [Fact]
    public async Task A_concurrency_conflict_leaves_no_event_and_nothing_that_a_later_transaction_would_write()
    {
        await using var context = NewContext();
        var anna = new User { Name = "a" };
        context.Add(anna);
        await context.SaveChangesAsync();
        await Database.RunAsync("update users set \"Version\" = 7");
        anna.Phone = "1";
        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => context.SaveChangesAsync());
        Assert.Throws<DbUpdateConcurrencyException>(() => context.SaveChanges());
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            await context.Database.ExecuteSqlRawAsync("update users set \"Phone\" = '2'");
            await transaction.CommitAsync();
        }

        Assert.Equal(["create"], (await CapturedAsync()).Select(e => e.Operation));
        anna.Version = 7;
        context.Entry(anna).Property(u => u.Version).OriginalValue = 7;
        await context.SaveChangesAsync();
        Assert.Equal(["create", "update"], (await CapturedAsync()).Select(e => e.Operation));
        Assert.Equal(AutoTransactionBehavior.WhenNeeded, context.Database.AutoTransactionBehavior);
    }

    [Fact]
    public async Task A_conflict_in_the_callers_transaction_leaves_no_event()
    {
        await using var context = NewContext();
        var anna = new User { Name = "a" };
        context.Add(anna);
        await context.SaveChangesAsync();
        await Database.RunAsync("update users set \"Version\" = 7");
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            anna.Phone = "1";
            await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => context.SaveChangesAsync());
            await transaction.CommitAsync();
        }

        Assert.Equal(["create"], (await CapturedAsync()).Select(e => e.Operation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_strategy_that_tries_again_writes_the_events_of_the_try_that_was_committed(bool asynchronous)
    {
        var failing = new FailingCommit(2);
        await using var context = NewContext(retries: true, more: failing);
        var anna = new User { Name = "a" };
        // On SQLite EF Core alone cannot do it: see the test of it.
        if (!Database.IsSqlite) anna.Orders.Add(new Order { Total = 1.50m });
        context.Add(anna);
        await SaveAsync(context, asynchronous);
        Assert.Equal(3, failing.Commits);
        Assert.Equal(1, await CountUsersAsync());
        Assert.All(await CapturedAsync(), e => Assert.Equal("create", e.Operation));
        Assert.Equal(1 + anna.Orders.Count, (await CapturedAsync()).Count);
    }

    /// <summary>The predecessor announced after the commit, from memory; a batch of removals before it; with live tokens.</summary>
    [Fact]
    public async Task D18_what_is_committed_is_announced_whoever_dies_what_is_taken_back_is_not_and_no_token_is_kept()
    {
        const string token = "live-token-of-a-session";
        void Configure(OutboxCaptureOptions options) => options.Caller = _ => new OutboxCaller(7, token);
        await using (var dies = NewContext(Configure, more: new DyingAtCommit(after: true)))
        {
            dies.AddRange(new User { Name = "a" }, new User { Name = "b" });
            await Assert.ThrowsAsync<NotSupportedException>(() => dies.SaveChangesAsync());
        }

        await using (var dies = NewContext(Configure, more: new DyingAtCommit(after: false)))
        {
            dies.Add(new User { Name = "never" });
            await Assert.ThrowsAsync<NotSupportedException>(() => dies.SaveChangesAsync());
        }

        await using (var context = NewContext(Configure))
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            context.RemoveRange(await context.Users.ToListAsync());
            await context.SaveChangesAsync();
            await transaction.RollbackAsync();
        }

        Assert.Equal((2, 2), (await CountUsersAsync(), (await CapturedAsync()).Count));
        await Database.Store.Consumers.Save(StoreSamples.Consumer("late"), default).Right();
        await Database.Store.RouteAsync(DateTimeOffset.UtcNow);
        var given = await Database.Store.ClaimAsync("late", now: DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Equal(["create", "create"], given.Select(c => c.Event.Operation));
        Assert.DoesNotContain(token, await WholeTableAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_contexts_in_one_transaction_both_write_into_it()
    {
        await using var connection = await Database.OpenAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            foreach (var name in (string[])["a", "b"])
            {
                await using var context = NewContext(connection: connection);
                await context.Database.UseTransactionAsync(transaction);
                context.Add(new User { Name = name });
                await context.SaveChangesAsync();
            }

            await transaction.CommitAsync();
        }

        Assert.Equal(2, (await CapturedAsync()).Count);
    }

    [Fact]
    public async Task One_interceptor_serves_contexts_that_save_at_once()
    {
        var interceptor = new OutboxInterceptor(new OutboxCaptureOptions());
        await Task.WhenAll(Enumerable.Range(0, 12).Select(n => Task.Run(async () =>
        {
            await using var context = NewContext(own: interceptor);
            context.Add(new User { Name = $"{n}" });
            await context.SaveChangesAsync();
        })));
        var names = (await CapturedAsync()).Select(e => System.Text.Json.JsonDocument.Parse(e.Payload).RootElement.GetProperty("new").GetProperty("name").GetString());
        Assert.Equal(Enumerable.Range(0, 12).Select(n => $"{n}").Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_an_entity_owns_in_its_row_is_part_of_its_event_and_what_lies_elsewhere_is_a_row_of_its_own()
    {
        await using var context = NewContext();
        var anna = new User
        {
            Name = "a", Address = new Address { City = "Ulm", Street = "Weg 1" },
            Profile = new Profile { Language = "de", Badges = { new Badge { Name = "x" }, new Badge { Name = "y" } } },
        };
        context.Add(anna);
        await context.SaveChangesAsync();
        anna.Address.City = "Bonn";
        anna.Profile.Badges.RemoveAt(0);
        await context.SaveChangesAsync();
        anna.Address = null;
        await context.SaveChangesAsync();
        var order = new Order { UserId = anna.Id, Lines = { new Line { No = 1, Article = "tea" } } };
        context.Add(order);
        await context.SaveChangesAsync();

        var captured = await CapturedAsync();
        var types = (await Database.EventsAsync()).Select(e => e.Event.Type[(Schema.Length + 1)..]).ToList();
        Assert.Equal(["users.create", "users.update", "users.update"], types[..3]);
        Assert.Equal(["order_lines.create", "orders.create"], types[3..].Order(StringComparer.Ordinal));
        var update = System.Text.Json.JsonDocument.Parse(captured[1].Payload).RootElement;
        Assert.Equal(
            ("Ulm", "Bonn", "***", """{"Language":"de","Badges":[{"Name":"x"},{"Name":"y"}]}""", """{"Language":"de","Badges":[{"Name":"y"}]}"""),
            (update.GetProperty("old").GetProperty("Address_City").GetString(), update.GetProperty("new").GetProperty("Address_City").GetString(),
                update.GetProperty("new").GetProperty("Address_Street").GetString(), update.GetProperty("old").GetProperty("profile").GetRawText(),
                update.GetProperty("new").GetProperty("profile").GetRawText()));
        var gone = System.Text.Json.JsonDocument.Parse(captured[2].Payload).RootElement;
        Assert.Equal("Bonn", gone.GetProperty("old").GetProperty("Address_City").GetString());
        Assert.False(gone.GetProperty("new").TryGetProperty("Address_City", out var city) && city.ValueKind is not System.Text.Json.JsonValueKind.Null);
        var line = (await Database.EventsAsync()).Single(e => e.Event.Entity == "order_lines").Event;
        Assert.Equal($"{Schema}.order_lines/{order.Id},1", line.OrderingKey);
        Assert.Equal("", line.AggregateId);
    }

    [Fact]
    public async Task Rows_that_are_removed_with_their_owner_make_events()
    {
        await using var context = NewContext();
        var anna = new User { Name = "a", Orders = { new Order { Total = 1.50m } } };
        context.Add(anna);
        await context.SaveChangesAsync();
        context.ChangeTracker.CascadeDeleteTiming = Microsoft.EntityFrameworkCore.ChangeTracking.CascadeTiming.OnSaveChanges;
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            context.Remove(anna);
            await context.SaveChangesAsync();
            await transaction.CommitAsync();
        }

        Assert.Equal(2, (await CapturedAsync()).Count(e => e.Operation == "delete"));
    }

    [Fact]
    public async Task Types_and_properties_are_left_out_or_hidden_as_the_options_say_and_the_caller_is_told()
    {
        await using var context = NewContext(o => o
            .Ignore<User>(u => u.Phone).Mask<User>(u => u.Name).Ignore<Order>().Caller = _ => new OutboxCaller(7, "token"));
        context.Add(new User { Name = "a", Email = null, Orders = { new Order { Total = 1 } } });
        context.Add(new AuditLine { Text = "x" });
        await context.SaveChangesAsync();
        var only = Assert.Single(await Database.EventsAsync()).Event;
        Assert.Equal(
            """{"key":{"id":1},"new":{"id":1,"Email":null,"name":"***","Rank":"Plain","Version":0}}""",
            Encoding.UTF8.GetString(only.Payload.Match(p => p.ToArray(), () => [])));
        Assert.Equal(7, only.UserId);
        Assert.StartsWith("sha256:", only.SessionId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Operations_that_are_switched_off_make_no_events()
    {
        await using var context = NewContext(o => (o.Create, o.Update, o.Delete) = (false, true, false));
        var anna = new User { Name = "a" };
        context.Add(anna);
        await context.SaveChangesAsync();
        anna.Phone = "1";
        await context.SaveChangesAsync();
        context.Remove(anna);
        await context.SaveChangesAsync();
        Assert.Equal(["update"], (await CapturedAsync()).Select(e => e.Operation));
    }

    [Fact]
    public async Task A_key_cannot_be_left_out_and_a_save_without_transaction_is_refused()
    {
        await using (var context = NewContext(o => o.Ignore<User>(u => u.Id)))
        {
            context.Add(new User { Name = "a" });
            await Assert.ThrowsAsync<InvalidOperationException>(() => context.SaveChangesAsync());
        }

        await using (var context = NewContext())
        {
            context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
            context.Add(new User { Name = "a" });
            await Assert.ThrowsAsync<InvalidOperationException>(() => context.SaveChangesAsync());
        }

        Assert.Equal(0, await CountUsersAsync());
    }

    protected ShopContext NewContext(
        Action<OutboxCaptureOptions>? configure = null, DbConnection? connection = null, bool retries = false, IInterceptor? more = null,
        OutboxInterceptor? own = null)
    {
        var builder = new DbContextOptionsBuilder<ShopContext>();
        Use(builder, connection, retries);
        if (own is null) builder.UseOutbox(configure);
        else builder.AddInterceptors(own);
        if (more is not null) builder.AddInterceptors(more);
        return new ShopContext(builder.Options);
    }

    protected async Task<long> CountUsersAsync()
    {
        await using var connection = await Database.OpenAsync();
        return Convert.ToInt64(await connection.Command(null, "select count(*) from users").ScalarAsync(default));
    }

    protected async Task<List<(string Operation, string Payload)>> CapturedAsync() =>
        [.. (await Database.EventsAsync()).Select(e => (e.Event.Operation, Encoding.UTF8.GetString(e.Event.Payload.Match(p => p.ToArray(), () => []))))];

    static async Task SaveAsync(ShopContext context, bool asynchronous)
    {
        if (asynchronous) await context.SaveChangesAsync();
        else context.SaveChanges();
    }

    /// <summary>The first commits fail, as a connection that breaks makes them.</summary>
    protected sealed class FailingCommit(int failures) : DbTransactionInterceptor
    {
        public int Commits { get; private set; }

        public override InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) =>
            ++Commits <= failures ? throw new TimeoutException("the commit") : result;

        public override ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
            ++Commits <= failures ? throw new TimeoutException("the commit") : ValueTask.FromResult(result);
    }

    /// <summary>Right before the commit, or right after it: nothing that the process would do then is done.</summary>
    sealed class DyingAtCommit(bool after) : DbTransactionInterceptor
    {
        public override ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
            after ? ValueTask.FromResult(result) : throw new NotSupportedException("before the commit");

        public override Task TransactionCommittedAsync(
            DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) =>
            after ? throw new NotSupportedException("after the commit") : Task.CompletedTask;
    }

    /// <summary>Every column of every event, as text.</summary>
    async Task<string> WholeTableAsync()
    {
        await using var connection = await Database.OpenAsync();
        var rows = await connection.Command(null, "select * from outbox_event").ReadAsync(
            row => string.Join('|', Enumerable.Range(0, row.FieldCount).Select(i =>
                row.GetValue(i) is byte[] bytes ? Encoding.UTF8.GetString(bytes) : $"{row.GetValue(i)}")),
            default);
        Assert.NotEmpty(rows);
        return string.Join('\n', rows);
    }

    protected sealed class OftenTrying(ExecutionStrategyDependencies dependencies) : ExecutionStrategy(dependencies, 5, TimeSpan.Zero)
    {
        protected override bool ShouldRetryOn(Exception exception) => exception is TimeoutException;
    }
}

public sealed class SqliteSaveCaptureTests : SaveCaptureConformance
{
    protected override Task<OutboxDatabase> OpenAsync() => OutboxDatabase.SqliteAsync();

    /// <summary>
    /// SQLite gives the same key again after a rollback, and EF Core then sends the row that refers to it with a temporary one. When
    /// this test fails, EF Core has mended it, and the test of the strategy can have its order on SQLite too.
    /// </summary>
    [Fact]
    public async Task Without_the_interceptor_a_second_try_loses_a_generated_foreign_key_too()
    {
        var builder = new DbContextOptionsBuilder<ShopContext>();
        Use(builder, null, retries: true);
        await using var context = new ShopContext(builder.AddInterceptors(new FailingCommit(1)).Options);
        context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
        var anna = new User { Name = "a" };
        anna.Orders.Add(new Order { Total = 1.50m });
        context.Add(anna);
        var failure = await Assert.ThrowsAsync<DbUpdateException>(() => context.SaveChangesAsync());
        Assert.Contains("FOREIGN KEY", failure.InnerException?.Message, StringComparison.Ordinal);
    }

    protected override void Use(DbContextOptionsBuilder builder, DbConnection? connection, bool retries)
    {
        void Configure(SqliteDbContextOptionsBuilder sqlite)
        {
            if (retries) sqlite.ExecutionStrategy(d => new OftenTrying(d));
        }

        if (connection is null) builder.UseSqlite(Database.Address, Configure);
        else builder.UseSqlite(connection, Configure);
    }
}

[Collection(nameof(PostgresCluster))]
public sealed class PostgresSaveCaptureTests(PostgresCluster cluster) : SaveCaptureConformance
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task In_a_transaction_scope_rows_and_events_end_as_it_does(bool completes)
    {
        using (var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled))
        {
            await using var context = NewContext();
            context.Add(new User { Name = "a" });
            await context.SaveChangesAsync();
            if (completes) scope.Complete();
        }

        var expected = completes ? 1 : 0;
        Assert.Equal((expected, expected), (await CountUsersAsync(), (await CapturedAsync()).Count));
    }

    protected override Task<OutboxDatabase> OpenAsync() => OutboxDatabase.PostgresAsync(cluster);

    protected override void Use(DbContextOptionsBuilder builder, DbConnection? connection, bool retries)
    {
        void Configure(Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure.NpgsqlDbContextOptionsBuilder postgres)
        {
            if (retries) postgres.ExecutionStrategy(d => new OftenTrying(d));
        }

        if (connection is null) builder.UseNpgsql(Database.Address, Configure);
        else builder.UseNpgsql(connection, Configure);
    }
}
