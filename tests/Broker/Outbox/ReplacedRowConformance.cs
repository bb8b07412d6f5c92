using System.Text.Json;

namespace Hobom.Slices.Tests.Broker.Outbox;

/// <summary>Rows that take the place of others: who keeps an event's order ends with what the database has.</summary>
public abstract partial class SaveCaptureConformance
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_row_that_takes_the_place_of_one_with_its_key_is_an_update(bool inTransaction)
    {
        await using var context = NewContext();
        var old = new User
        {
            Name = "old", Phone = "1", Address = new Address { City = "Ulm" }, Profile = new Profile { Language = "de", Badges = { new Badge { Name = "x" } } },
        };
        context.Add(old);
        await context.SaveChangesAsync();
        await using var transaction = inTransaction ? await context.Database.BeginTransactionAsync() : null;
        context.Remove(old);
        context.Add(new User
        {
            Id = old.Id, Name = "new", Address = new Address { City = "Bonn" },
            Profile = new Profile { Language = "en", Badges = { new Badge { Name = "y" } } },
        });
        await context.SaveChangesAsync();
        if (transaction is not null) await transaction.CommitAsync();

        Assert.Equal(["create", "update"], (await CapturedAsync()).Select(e => e.Operation));
        using var update = JsonDocument.Parse((await CapturedAsync())[1].Payload);
        string? Text(string side, string column) => update.RootElement.GetProperty(side).GetProperty(column).ToString();
        Assert.Equal(
            ("old", "1", "Ulm", """{"Language":"de","Badges":[{"Name":"x"}]}"""),
            (Text("old", "name"), Text("old", "Phone"), Text("old", "Address_City"), Text("old", "profile")));
        Assert.Equal(
            ("new", "", "Bonn", """{"Language":"en","Badges":[{"Name":"y"}]}"""),
            (Text("new", "name"), Text("new", "Phone"), Text("new", "Address_City"), Text("new", "profile")));
        Assert.Equal(1, await CountUsersAsync());
    }

    [Fact]
    public async Task Owned_rows_of_their_own_table_that_take_the_place_of_others_are_updates_and_the_rest_is_removed_or_made()
    {
        await using var context = NewContext();
        var anna = new User { Name = "a" };
        var order = new Order { Lines = { new Line { No = 1, Article = "tea" }, new Line { No = 2, Article = "milk" } } };
        anna.Orders.Add(order);
        context.Add(anna);
        await context.SaveChangesAsync();
        order.Lines.Clear();
        order.Lines.AddRange([new Line { No = 1, Article = "rum" }, new Line { No = 3, Article = "ice" }]);
        await context.SaveChangesAsync();
        var lines = (await Database.EventsAsync()).Select(e => e.Event).Where(e => e.Entity == "order_lines").Skip(2);
        Assert.Equal(
            [("create", "3"), ("delete", "2"), ("update", "1")],
            lines.Select(e => (e.Operation, e.OrderingKey![^1..])).OrderBy(e => e.Operation, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_replacement_is_told_where_updates_are_wanted_and_only_there(bool updates)
    {
        await using var context = NewContext(o => (o.Create, o.Update, o.Delete) = (!updates, updates, !updates));
        var old = new User { Name = "old" };
        context.Add(old);
        await context.SaveChangesAsync();
        context.Remove(old);
        context.Add(new User { Id = old.Id, Name = "new" });
        await context.SaveChangesAsync();
        Assert.Equal([updates ? "update" : "create"], (await CapturedAsync()).Select(e => e.Operation));
    }

    /// <summary>SQLite gives the key of the last row again, once that is gone.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_row_that_gets_the_key_of_one_that_the_same_save_removes_ends_as_it_is(bool inTransaction)
    {
        await using var context = NewContext();
        var old = new User { Name = "old" };
        context.Add(old);
        await context.SaveChangesAsync();
        await using var transaction = inTransaction ? await context.Database.BeginTransactionAsync() : null;
        var fresh = new User { Name = "new" };
        context.Add(fresh);
        context.Remove(old);
        await context.SaveChangesAsync();
        if (transaction is not null) await transaction.CommitAsync();
        var last = (await Database.EventsAsync())[^1].Event;
        Assert.NotEqual("delete", last.Operation);
        Assert.Equal($"{Schema}.users/{fresh.Id}", last.OrderingKey);
    }
}
