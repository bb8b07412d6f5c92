using System.Data.Common;
using System.Text;
using Hobom.Slices.Outbox.EntityFrameworkCore;
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
}
