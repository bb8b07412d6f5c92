using Hobom.Slices.Http;

namespace Hobom.Slices.Tests.Fast.Shared.Http;

public sealed class OpenStreamsTests
{
    readonly OpenStreams streams = new();

    [Fact]
    public void A_caller_has_so_many_streams_of_a_kind_at_a_time_and_takes_none_from_others()
    {
        for (var n = 0; n < OpenStreams.Limit; n++) Assert.Null(Enter("changes", "anna"));
        Assert.Equal(429, Enter("changes", "anna"));
        Assert.Null(Enter("changes", "ben"));
        Assert.Null(Enter("events", "anna"));
        streams.Leave("changes", "anna");
        Assert.Null(Enter("changes", "anna"));
        Assert.Equal(429, Enter("changes", "anna"));
    }

    [Fact]
    public void Who_may_have_any_number_of_a_kind_leaves_room_for_the_other_kinds()
    {
        for (var n = 0; n < OpenStreams.KindLimit; n++) Assert.Null(Enter("states", null));
        Assert.Equal(503, Enter("states", null));
        Assert.Null(Enter("changes", "anna"));
        streams.Leave("states", null);
        Assert.Null(Enter("states", null));
        Assert.Equal(503, Enter("states", null));
    }

    [Fact]
    public void All_kinds_and_callers_together_leave_connections_for_those_who_only_ask()
    {
        var open = 0;
        foreach (var kind in (string[])["states", "events", "changes"])
            for (var caller = 0; caller < OpenStreams.ConnectionLimit / OpenStreams.Limit; caller++)
                for (var n = 0; n < OpenStreams.Limit; n++)
                    open += Enter(kind, $"caller {caller}") is null ? 1 : 0;
        Assert.Equal(OpenStreams.WholeLimit, open);
        Assert.InRange(OpenStreams.WholeLimit, OpenStreams.KindLimit, OpenStreams.ConnectionLimit - 100);
    }

    /// <summary>Null where it is entered, else the status.</summary>
    int? Enter(string kind, string? caller) => streams.TryEnter(kind, caller, out var refusal) ? null : refusal.Status;
}
