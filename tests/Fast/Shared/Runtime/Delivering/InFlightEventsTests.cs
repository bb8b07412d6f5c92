using FsCheck.Xunit;
using Hobom.Slices.Runtime.Delivering;
using Microsoft.Extensions.Time.Testing;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

public sealed class InFlightEventsTests
{
    static readonly EventId A = new("a");
    static readonly EventId B = new("b");

    readonly FakeTimeProvider clock = new();

    /// <summary>Each step is an action, an event and an input, against what a list of what is in hand says.</summary>
    [Property(MaxTest = 300)]
    public void Nobody_gets_what_another_has_and_no_visit_what_was_released_since_it_began(byte[] steps)
    {
        var holds = new InFlightEvents(clock);
        var inHand = new Dictionary<EventId, string?>();
        var released = new HashSet<EventId>();
        var visiting = false;
        foreach (var step in steps)
        {
            var (action, id, input) = (step % 6, new EventId($"e{step / 6 % 3}"), (step / 18 % 3) switch { 0 => null, var n => $"i{n}" });
            var isFree = !inHand.ContainsKey(id) && (input is null || !inHand.ContainsValue(input));
            if (action is 0 or 1)
            {
                var (taken, free) = action is 0
                    ? (holds.TryTake(id, "operator", input).IsRight, isFree)
                    : (holds.TryTakeForVisit(id, input), isFree && !released.Contains(id));
                Assert.Equal(free, taken);
                if (taken) inHand.Add(id, input);
            }
            else if (action is 2 or 3 && inHand.Remove(id))
            {
                holds.Release(id);
                if (visiting) released.Add(id);
            }
            else if (action is 4 or 5)
            {
                visiting = action is 4;
                released.Clear();
                if (visiting) holds.BeginVisit();
                else holds.EndVisit();
            }

            Assert.Equal(inHand.ContainsKey(id), holds.HolderOf(id) is not null);
            Assert.Equal(inHand.Count == 0, holds.WhenEmptyAsync().IsCompleted);
        }
    }

    [Fact]
    public void Who_comes_second_is_told_who_has_it_and_since_when()
    {
        var holds = new InFlightEvents(clock);
        var since = clock.GetUtcNow();
        Assert.True(holds.TryTakeForVisit(A, "input"));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new InFlightMark("poll", since), holds.TryTake(A, "anna").Left());
        Assert.Equal(new InFlightMark("poll", since), holds.TryTake(B, "anna", "input").Left());
    }

    [Fact]
    public void Who_waits_is_told_when_the_last_is_released()
    {
        var holds = new InFlightEvents(clock);
        holds.TryTake(A, "anna").Right();
        holds.TryTake(B, "ben").Right();
        var empty = holds.WhenEmptyAsync();
        holds.Release(A);
        Assert.False(empty.IsCompleted);
        holds.Release(B);
        Assert.True(empty.IsCompleted);
    }
}
