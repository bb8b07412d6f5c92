using FsCheck.Xunit;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Shared.Core;

public class OutageBreakerTests
{
    static readonly PublishFailure Unreachable = new PublishFailure.Transient("X", "no broker", BrokerUnreachable: true);

    [Fact]
    public void It_opens_when_so_many_in_a_row_were_given_up_for_want_of_a_broker()
    {
        var breaker = OutageBreaker.Closed;
        for (var given = 1; given <= OutageBreaker.LetterLimit; given++)
        {
            Assert.False(breaker.IsOpen);
            breaker = breaker.AfterGivenUp(Unreachable);
        }

        Assert.True(breaker.IsOpen);
        Assert.True(breaker.AfterGivenUp(Unreachable).IsOpen);
    }

    [Property]
    public void A_publish_whose_end_nobody_knows_changes_nothing(byte givenUp)
    {
        var breaker = new OutageBreaker(givenUp);
        Assert.Equal(breaker, breaker.AfterGivenUp(new PublishFailure.Unknown("X", "no answer")));
    }

    [Property]
    public void An_answer_of_the_broker_closes_it_however_long_it_was_away(byte givenUp)
    {
        var open = new OutageBreaker(givenUp);
        Assert.Equal(OutageBreaker.Closed, open.AfterGivenUp(new PublishFailure.Permanent("X", "too large")));
        Assert.Equal(OutageBreaker.Closed, open.AfterGivenUp(new PublishFailure.Transient("X", "busy")));
    }
}
