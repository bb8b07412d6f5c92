using System.Data.Common;
using System.Net.NetworkInformation;
using System.Numerics;
using System.Transactions;
using Hobom.Slices.Outbox;
using Hobom.Slices.Outbox.EntityFrameworkCore;
using Hobom.Slices.Tests.Broker.Stores;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
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

    /// <summary>Entity Framework would begin no transaction of its own there, and the file knows nothing of the scope.</summary>
    [Fact]
    public async Task In_a_transaction_scope_which_SQLite_takes_no_part_in_a_save_is_refused()
    {
        var builder = new DbContextOptionsBuilder<ShopContext>();
        Use(builder, null, retries: false);
        builder.UseOutbox().ConfigureWarnings(w => w.Ignore(RelationalEventId.AmbientTransactionWarning));
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await using var context = new ShopContext(builder.Options);
            context.Add(new User { Name = "a" });
            await Assert.ThrowsAsync<InvalidOperationException>(() => context.SaveChangesAsync());
        }

        Assert.Equal((0, 0), (await CountUsersAsync(), (await CapturedAsync()).Count));
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
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await using var context = NewContext();
            context.Add(new User { Name = "a" });
            await context.SaveChangesAsync();
            if (completes) scope.Complete();
        }

        var expected = completes ? 1 : 0;
        Assert.Equal((expected, expected), (await CountUsersAsync(), (await CapturedAsync()).Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task In_a_transaction_scope_that_the_connection_stays_out_of_rows_and_events_have_a_transaction_of_their_own(bool fits)
    {
        var builder = new DbContextOptionsBuilder<ShopContext>();
        builder.UseNpgsql($"{Database.Address};Enlist=false")
            .UseOutbox(o => (o.Read, o.Writer) = (true, new OutboxWriterOptions { PayloadBytes = 300 }));
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await using var context = new ShopContext(builder.Options);
            context.Add(new User { Name = fits ? "a" : new string('x', 300) });
            if (fits) await context.SaveChangesAsync();
            else await Assert.ThrowsAsync<OutboxRefusedException>(() => context.SaveChangesAsync());
            context.ChangeTracker.Clear();
            Assert.Equal(fits ? 1 : 0, (await context.Users.ToListAsync()).Count);
        }

        Assert.Equal((fits ? 1 : 0, fits ? 2 : 0), (await CountUsersAsync(), (await CapturedAsync()).Count));
    }

    [Fact]
    public async Task A_transaction_scope_in_which_an_event_was_refused_cannot_be_completed()
    {
        await using (var context = NewContext(o => o.Writer = new OutboxWriterOptions { PayloadBytes = 300 }))
        {
            var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            context.Add(new User { Name = new string('x', 300) });
            await Assert.ThrowsAsync<OutboxRefusedException>(() => context.SaveChangesAsync());
            scope.Complete();
            Assert.Throws<TransactionAbortedException>(scope.Dispose);
        }

        Assert.Equal((0, 0), (await CountUsersAsync(), (await CapturedAsync()).Count));
    }

    [Fact]
    public async Task Values_that_JSON_has_no_word_for_are_told_as_the_database_writes_them()
    {
        await using var context = await NewDepotContextAsync();
        var serial = BigInteger.Pow(2, 100);
        // The same second, as text.
        var at = new DateTime(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc);
        context.AddRange(
            new Machine
            {
                Id = at, Serial = serial, Parts = [serial, 7], Nic = PhysicalAddress.Parse("001122334455"), Address = new Address { City = "Ulm" },
            },
            new Machine { Id = at.AddMilliseconds(1), Nic = PhysicalAddress.Parse("001122334466"), Address = new Address { City = "Bonn" } });
        await context.SaveChangesAsync();
        var rows = (await CapturedAsync()).Select(e => System.Text.Json.JsonDocument.Parse(e.Payload).RootElement.GetProperty("new")).ToList();
        Assert.Equal(["Ulm", "Bonn"], rows.Select(r => r.GetProperty("Address_City").GetString()));
        Assert.Equal(
            ($"{serial}", $"[\"{serial}\",\"7\"]", "001122334455"),
            (rows[0].GetProperty("Serial").GetString(), rows[0].GetProperty("Parts").GetRawText(), rows[0].GetProperty("Nic").GetString()));
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
