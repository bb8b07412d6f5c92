using Hobom.Slices.Page.Changes;

namespace Hobom.Slices.Tests.Fast.Features.Page;

public sealed class ChangeListenersTests
{
    [Fact]
    public void A_caller_has_so_many_streams_at_a_time_and_takes_none_from_others()
    {
        var listeners = new ChangeListeners();
        for (var n = 0; n < ChangeListeners.Limit; n++) Assert.True(listeners.TryEnter("anna"));
        Assert.False(listeners.TryEnter("anna"));
        Assert.True(listeners.TryEnter("ben"));
        listeners.Leave("anna");
        Assert.True(listeners.TryEnter("anna"));
        Assert.False(listeners.TryEnter("anna"));
    }
}
