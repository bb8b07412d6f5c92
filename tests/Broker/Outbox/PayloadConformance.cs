using System.Text.Json;
using Hobom.Slices.Outbox.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Hobom.Slices.Tests.Broker.Outbox;

/// <summary>A payload says what was committed, whatever a row's keys and values are.</summary>
public abstract partial class SaveCaptureConformance
{
    [Fact]
    public async Task Rows_whose_keys_read_alike_keep_what_they_own_apart()
    {
        await using var context = await NewDepotContextAsync();
        foreach (var n in (byte[])[1, 2])
        {
            context.Add(new Depot
            {
                Id = [n], Address = new Address { City = $"city{n}" },
                Profile = new Profile { Language = $"l{n}", Badges = { new Badge { Name = $"b{n}" } } },
            });
        }

        await context.SaveChangesAsync();
        var rows = (await CapturedAsync()).Select(e => JsonDocument.Parse(e.Payload).RootElement.GetProperty("new"));
        Assert.Equal(
            [("city1", """{"Language":"l1","Badges":[{"Name":"b1"}]}"""), ("city2", """{"Language":"l2","Badges":[{"Name":"b2"}]}""")],
            rows.Select(r => (r.GetProperty("Address_City").GetString(), r.GetProperty("profile").GetRawText())).Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_list_in_a_JSON_column_is_told_in_the_order_that_it_has_there(bool inTransaction)
    {
        await using (var first = NewContext())
        {
            first.Add(new User { Name = "a", Profile = new Profile { Badges = { new Badge { Name = "x" }, new Badge { Name = "y" }, new Badge { Name = "z" } } } });
            await first.SaveChangesAsync();
        }

        await using var context = NewContext();
        var anna = await context.Users.SingleAsync();
        await using var transaction = inTransaction ? await context.Database.BeginTransactionAsync() : null;
        foreach (var names in (string[][])[["w", "y", "z"], ["y", "z", "q"], []])
        {
            var kept = anna.Profile!.Badges.ToList();
            anna.Profile.Badges.Clear();
            anna.Profile.Badges.AddRange(names.Select(n => kept.Find(b => b.Name == n) ?? new Badge { Name = n }));
            await context.SaveChangesAsync();
        }

        if (transaction is not null) await transaction.CommitAsync();
        static string Names(JsonElement row) => row.GetProperty("profile").TryGetProperty("Badges", out var list)
            ? string.Concat(list.EnumerateArray().Select(b => b.GetProperty("Name").GetString()))
            : "";
        var updates = (await CapturedAsync()).Skip(1).Select(e => JsonDocument.Parse(e.Payload).RootElement);
        Assert.Equal(
            [("xyz", "wyz"), ("wyz", "yzq"), ("yzq", "")],
            updates.Select(u => (Names(u.GetProperty("old")), Names(u.GetProperty("new")))));
    }

    /// <summary>A character of two halves lies where the ordering key is cut.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_key_that_is_longer_than_an_ordering_key_is_cut_between_its_characters(int before)
    {
        await using var context = await NewDepotContextAsync();
        var name = new string('x', before) + string.Concat(Enumerable.Repeat("\U0001F600", 150));
        context.Add(new Label { Id = name });
        await context.SaveChangesAsync();
        var key = Assert.Single(await Database.EventsAsync()).Event.OrderingKey!;
        Assert.InRange(key.Length, 254, 255);
        Assert.StartsWith(key, $"{Schema}.labels/{name}", StringComparison.Ordinal);
    }

    protected async Task<DepotContext> NewDepotContextAsync()
    {
        var builder = new DbContextOptionsBuilder<DepotContext>();
        Use(builder, connection: null, retries: false);
        var context = new DepotContext(builder.UseOutbox().Options);
        await context.GetService<IRelationalDatabaseCreator>().CreateTablesAsync();
        return context;
    }
}
