using System.Data.Common;
using System.Text;
using Hobom.Slices.Outbox;
using Hobom.Slices.Outbox.EntityFrameworkCore;
using Hobom.Slices.Tests.Broker.Stores;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace Hobom.Slices.Tests.Broker.Outbox;

/// <summary>How saves and their transactions end, and what is announced then.</summary>
public abstract partial class SaveCaptureConformance
{
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
