using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

public sealed class ProbeChoiceTests
{
    [Property(MaxTest = 50)]
    public void Each_record_has_its_turn_in_order_and_then_again(byte count)
    {
        var choice = new ProbeChoice();
        var records = Enumerable.Range(0, 1 + (count % 20)).Select(Of).ToArray();
        for (var round = 0; round < 2; round++)
        {
            foreach (var record in records)
            {
                var asked = choice.Among(records, _ => false);
                Assert.Same(record, asked);
                choice.NoteFailed(asked.Events.Select(e => e.Id));
            }
        }
    }

    [Fact]
    public void One_that_may_be_written_asks_only_where_there_is_no_other()
    {
        var choice = new ProbeChoice();
        Delivery[] records = [Of(0), Of(1)];
        choice.NoteFailed([new EventId("e1")]);
        Assert.Same(records[1], choice.Among(records, d => d == records[0]));
        Assert.Same(records[0], choice.Among(records[..1], _ => true));
    }

    static Delivery Of(int i)
    {
        var id = new EventId($"e{i}");
        return new Delivery("t", id.Value, new byte[1], [], [new CarriedEvent(id, new DeadLetterKey(new Category("sample"), id.Value), new byte[1])]);
    }
}
