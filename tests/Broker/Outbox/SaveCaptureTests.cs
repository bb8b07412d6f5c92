using System.Data.Common;
using Hobom.Slices.Tests.Broker.Stores;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Hobom.Slices.Tests.Broker.Outbox;

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
