using Hobom.Slices.Http;

namespace Hobom.Slices.Tests.Fast.Shared.Http;

public sealed class OpenStreamsTests
{
    [Fact]
    public void A_caller_has_so_many_streams_of_a_kind_at_a_time_and_takes_none_from_others()
    {
        var streams = new OpenStreams();
        for (var n = 0; n < OpenStreams.Limit; n++) Assert.True(streams.TryEnter("changes", "anna"));
        Assert.False(streams.TryEnter("changes", "anna"));
        Assert.True(streams.TryEnter("changes", "ben"));
        Assert.True(streams.TryEnter("events", "anna"));
        streams.Leave("changes", "anna");
        Assert.True(streams.TryEnter("changes", "anna"));
        Assert.False(streams.TryEnter("changes", "anna"));
    }
}
