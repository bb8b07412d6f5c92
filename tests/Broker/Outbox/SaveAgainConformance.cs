using System.Data.Common;
using System.Text.Json;
using Hobom.Slices.Tests.Broker.Capture;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Hobom.Slices.Tests.Broker.Outbox;

/// <summary>Saves that failed, and what the same context does then.</summary>
public abstract partial class SaveCaptureConformance
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task In_the_callers_transaction_a_save_whose_events_failed_can_be_made_again(bool asynchronous)
    {
        var fails = false;
        await using var context = NewContext(o => o.Caller = _ => fails ? throw new TimeoutException("the caller") : null);
        var (changed, removed) = (new User { Name = "changed" }, new User { Name = "removed" });
        removed.Profile = new Profile { Language = "de", Badges = { new Badge { Name = "x" } } };
        changed.Profile = new Profile { Language = "de", Badges = { new Badge { Name = "x" }, new Badge { Name = "y" } } };
        changed.Orders.Add(new Order { Lines = { new Line { No = 1, Article = "tea" } } });
        context.AddRange(changed, removed);
        await context.SaveChangesAsync();
        var before = (await CapturedAsync()).Count;
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            (changed.Phone, changed.Address) = ("1", new Address { City = "Ulm" });
            changed.Profile.Badges.Add(new Badge { Name = "z" });
            changed.Orders[0].Lines.Add(new Line { No = 2, Article = "rum" });
            context.Remove(removed);
            context.Add(new User { Name = "added", Profile = new Profile { Language = "en", Badges = { new Badge { Name = "q" } } } });
            fails = true;
            for (var tries = 0; tries < 2; tries++) await Assert.ThrowsAsync<TimeoutException>(() => SaveAsync(context, asynchronous));
            fails = false;
            await SaveAsync(context, asynchronous);
            await transaction.CommitAsync();
        }

        var events = (await Database.EventsAsync()).Skip(before).Select(e => e.Event).ToList();
        Assert.Equal(
            ["order_lines.create", "users.create", "users.delete", "users.update"],
            events.Select(e => $"{e.Entity}.{e.Operation}").Order(StringComparer.Ordinal));
        JsonElement Row(string operation, string side) => JsonDocument.Parse(
            CaptureSamples.Payload(events.Single(e => e.Entity == "users" && e.Operation == operation))).RootElement.GetProperty(side);
        static string Profile(JsonElement row) => row.GetProperty("profile").GetRawText();
        Assert.Equal("""{"Language":"en","Badges":[{"Name":"q"}]}""", Profile(Row("create", "new")));
        Assert.Equal("""{"Language":"de","Badges":[{"Name":"x"}]}""", Profile(Row("delete", "old")));
        Assert.Equal("""{"Language":"de","Badges":[{"Name":"x"},{"Name":"y"}]}""", Profile(Row("update", "old")));
        Assert.Equal("""{"Language":"de","Badges":[{"Name":"x"},{"Name":"y"},{"Name":"z"}]}""", Profile(Row("update", "new")));
        Assert.Equal(
            ("", "1", "Ulm"),
            (Row("update", "old").GetProperty("Phone").ToString(), Row("update", "new").GetProperty("Phone").ToString(),
                Row("update", "new").GetProperty("Address_City").ToString()));
        await using var fresh = NewContext();
        Assert.Equal(["added", "changed"], (await fresh.Users.Select(u => u.Name).ToListAsync()).Order(StringComparer.Ordinal));
        Assert.Equal("xyz", string.Concat((await fresh.Users.SingleAsync(u => u.Name == "changed")).Profile!.Badges.Select(b => b.Name)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_the_context_cannot_make_it_again_its_transaction_cannot_be_committed(bool isReplaced)
    {
        var fails = false;
        await using var context = NewContext(o => o.Caller = _ => fails ? throw new TimeoutException("the caller") : null);
        var anna = new User { Name = "a", Profile = new Profile { Language = "de", Badges = { new Badge { Name = "x" }, new Badge { Name = "y" } } } };
        context.Add(anna);
        await context.SaveChangesAsync();
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            if (isReplaced) context.Remove(anna);
            if (isReplaced) context.Add(new User { Id = anna.Id, Name = "instead" });
            else anna.Profile.Badges.RemoveAt(0);
            fails = true;
            await Assert.ThrowsAsync<TimeoutException>(() => context.SaveChangesAsync());
            fails = false;
            await Assert.ThrowsAnyAsync<InvalidOperationException>(() => transaction.CommitAsync());
        }

        await using var fresh = NewContext();
        var left = await fresh.Users.SingleAsync();
        Assert.Equal(("a", 2, 1), (left.Name, left.Profile!.Badges.Count, (await CapturedAsync()).Count));
    }

    [Fact]
    public async Task A_save_that_another_interceptor_stopped_is_not_announced_by_a_later_commit()
    {
        await using var context = NewContext(more: new StoppingSave());
        context.Add(new User { Name = "never" });
        await Assert.ThrowsAsync<NotSupportedException>(() => context.SaveChangesAsync());
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            await context.Users.ExecuteUpdateAsync(u => u.SetProperty(p => p.Phone, "1"));
            await transaction.CommitAsync();
        }

        Assert.Empty(await CapturedAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_save_that_another_interceptor_answered_is_not_announced(bool inTransaction)
    {
        await using var context = NewContext(more: new AnsweringSave());
        await using var transaction = inTransaction ? await context.Database.BeginTransactionAsync() : null;
        context.Add(new User { Name = "never" });
        Assert.Equal(0, await context.SaveChangesAsync());
        if (transaction is not null) await transaction.CommitAsync();
        Assert.Equal((0, 0), (await CountUsersAsync(), (await CapturedAsync()).Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_conflict_that_was_settled_costs_no_event_where_the_save_is_tried_again(bool asynchronous)
    {
        var failing = new ForgivingFailingCommit();
        await using var context = NewContext(retries: true, more: failing);
        var (anna, bert) = (new User { Name = "a" }, new User { Name = "b" });
        context.AddRange(anna, bert);
        await context.SaveChangesAsync();
        await Database.RunAsync("update users set \"Version\" = 7 where name = 'a'");
        (anna.Phone, bert.Phone) = ("1", "1");
        failing.Failures = 1;
        await SaveAsync(context, asynchronous);
        Assert.Equal(0, failing.Failures);
        var update = Assert.Single((await CapturedAsync()).Skip(2));
        Assert.Equal("update", update.Operation);
        Assert.Contains("\"name\":\"b\"", update.Payload, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_row_that_a_settled_conflict_left_as_it_was_makes_no_event(bool asynchronous, bool inTransaction)
    {
        await using var context = NewContext(more: new ForgivingFailingCommit());
        var (anna, bert) = (new User { Name = "a", Address = new Address { City = "Ulm" } }, new User { Name = "b" });
        context.AddRange(anna, bert);
        await context.SaveChangesAsync();
        await Database.RunAsync("update users set \"Version\" = 7 where name = 'a'");
        await using (var transaction = inTransaction ? await context.Database.BeginTransactionAsync() : null)
        {
            (anna.Address!.City, bert.Phone) = ("Bonn", "1");
            await SaveAsync(context, asynchronous);
            context.Remove(anna);
            bert.Phone = "2";
            await SaveAsync(context, asynchronous);
            if (transaction is not null) await transaction.CommitAsync();
        }

        var captured = (await CapturedAsync()).Skip(2).ToList();
        Assert.Equal(["update", "update"], captured.Select(e => e.Operation));
        Assert.All(captured, e => Assert.Contains("\"name\":\"b\"", e.Payload, StringComparison.Ordinal));
        Assert.Equal(2, await CountUsersAsync());
    }

    sealed class StoppingSave : SaveChangesInterceptor
    {
        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("not this one");
    }

    sealed class AnsweringSave : SaveChangesInterceptor
    {
        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(InterceptionResult<int>.SuppressWithResult(0));
    }

    /// <summary>Takes a conflict for settled, and fails so many commits as a connection that breaks.</summary>
    sealed class ForgivingFailingCommit : SaveChangesInterceptor, IDbTransactionInterceptor
    {
        public int Failures { get; set; }

        public override InterceptionResult ThrowingConcurrencyException(ConcurrencyExceptionEventData eventData, InterceptionResult result) =>
            InterceptionResult.Suppress();

        public override ValueTask<InterceptionResult> ThrowingConcurrencyExceptionAsync(
            ConcurrencyExceptionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(InterceptionResult.Suppress());

        public InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) =>
            Fail() ? throw new TimeoutException("the commit") : result;

        public ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
            Fail() ? throw new TimeoutException("the commit") : ValueTask.FromResult(result);

        bool Fail()
        {
            if (Failures == 0) return false;
            Failures--;
            return true;
        }
    }
}
