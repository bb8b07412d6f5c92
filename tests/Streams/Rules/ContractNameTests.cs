using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Rules;

public sealed class ContractNameTests
{
    /// <summary>Where the page and the running project part, the page's names hold.</summary>
    [Fact]
    public void C3_streams_group_and_state_have_the_pages_names()
    {
        Assert.Equal("event-router-group", RouterSettings.Default.Group);
        Assert.Equal(
            ["events:auth", "events:chat", "events:scan", "events:info"], HandlerRegistry.Default.Domains.Select(StreamLayout.KeyOf));
        Assert.Equal("state:user:anna", StateKey.User("anna").ToString());
        Assert.Equal("stats:user:anna", StateKey.UserStats("anna").ToString());
        Assert.Equal("stats:daily:2026-01-18", StateKey.DailyStats(new DateOnly(2026, 1, 18)).ToString());
        Assert.Equal("events:streak", StreamLayout.StreakStream);
    }

    [Fact]
    public void D10_a_job_is_complete_in_whatever_order_its_entries_come()
    {
        var sent = Entries.Of("chat", "1768727553123-0", ("type", "message_sent"), ("user_id", "u"), ("job_id", "j"));
        var complete = Entries.Of("chat", "1768727554123-0", ("type", "message_complete"), ("user_id", "u"), ("job_id", "j"));
        var late = StateModel.FoldOf([complete, sent]);
        Assert.Equal(StateModel.FoldOf([sent, complete]).Text(), late.Text());
        Assert.Equal("2026-01-18T09:12:34.123", late["state:chat:j", "completed_at"]);
    }
}
