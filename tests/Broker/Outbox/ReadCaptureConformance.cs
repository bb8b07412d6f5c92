using Hobom.Slices.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Hobom.Slices.Tests.Broker.Outbox;

/// <summary>Reads, which make events where that is switched on.</summary>
public abstract partial class SaveCaptureConformance
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Each_entity_that_a_query_makes_is_a_read_where_that_is_switched_on(bool asynchronous, bool tracks)
    {
        await TwoUsersAsync();
        await using var context = NewContext(o => o.Read = true);
        context.ChangeTracker.QueryTrackingBehavior = tracks ? QueryTrackingBehavior.TrackAll : QueryTrackingBehavior.NoTracking;
        Assert.Equal(2, asynchronous ? (await context.Users.OrderBy(u => u.Id).ToListAsync()).Count : context.Users.OrderBy(u => u.Id).ToList().Count);
        Assert.Equal(2, await context.Users.Select(u => u.Name).CountAsync());
        await context.Users.Select(u => new { u.Id, u.Name }).ToListAsync();
        var reads = (await CapturedAsync()).Where(e => e.Operation == "read").ToList();
        Assert.Equal(2, reads.Count);
        using var first = System.Text.Json.JsonDocument.Parse(reads[0].Payload);
        var row = first.RootElement.GetProperty("row");
        Assert.Equal((1, "***", "a"), (first.RootElement.GetProperty("key").GetProperty("id").GetInt32(), row.GetProperty("Email").GetString(), row.GetProperty("name").GetString()));
        Assert.False(row.TryGetProperty("PasswordHash", out _));
        var stored = (await Database.EventsAsync())[^1].Event;
        Assert.Equal(($"{Schema}.users.read", $"{Schema}.users/2"), (stored.Type, stored.OrderingKey));
        await context.Users.OrderBy(u => u.Id).FirstAsync();
        Assert.Equal(tracks ? 2 : 3, (await CapturedAsync()).Count(e => e.Operation == "read"));
    }

    [Fact]
    public async Task Reads_are_off_by_default()
    {
        await TwoUsersAsync();
        await using var context = NewContext();
        await context.Users.ToListAsync();
        Assert.DoesNotContain("read", (await CapturedAsync()).Select(e => e.Operation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reads_in_a_transaction_of_the_callers_end_as_it_does(bool commits)
    {
        await TwoUsersAsync();
        await using var context = NewContext(o => o.Read = true);
        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            var users = await context.Users.ToListAsync();
            users[0].Phone = "1";
            await context.SaveChangesAsync();
            if (commits) await transaction.CommitAsync();
            else await transaction.RollbackAsync();
        }

        string[] expected = commits ? ["read", "read", "update"] : [];
        Assert.Equal(expected, (await CapturedAsync()).Skip(2).Select(e => e.Operation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_query_whose_reads_cannot_be_written_fails_and_leaves_none_of_them(bool asynchronous)
    {
        await TwoUsersAsync();
        await using var context = NewContext(o => (o.Read, o.Writer) = (true, new OutboxWriterOptions { PayloadBytes = 200 }));
        if (asynchronous) await Assert.ThrowsAsync<OutboxRefusedException>(() => context.Users.OrderBy(u => u.Id).ToListAsync());
        else Assert.Throws<OutboxRefusedException>(() => context.Users.OrderBy(u => u.Id).ToList());
        Assert.DoesNotContain("read", (await CapturedAsync()).Select(e => e.Operation));
        Assert.Equal(2, await context.Users.CountAsync());
    }

    async Task TwoUsersAsync()
    {
        await using var context = NewContext();
        context.Add(new User { Name = "a", Email = "a@b.example" });
        await context.SaveChangesAsync();
        context.Add(new User { Name = new string('b', 300) });
        await context.SaveChangesAsync();
    }
}
