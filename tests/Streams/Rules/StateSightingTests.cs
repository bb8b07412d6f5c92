using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Rules;

public sealed class StateSightingTests
{
    static StateSighting Seen(long number, string json = "{}", string epoch = "1768727553123") => StateSighting.Of(epoch, number, json);

    [Fact]
    public void C9_a_watcher_is_told_nothing_twice_and_a_number_that_falls_is_a_loss()
    {
        Assert.Equal(new StateNews.Changed(), Seen(1).Since(null));
        Assert.Equal(new StateNews.Nothing(), Seen(1).Since(Seen(1)));
        Assert.Equal(new StateNews.Changed(), Seen(2, "{\"a\":1}").Since(Seen(1)));
        Assert.Equal(new StateNews.ChangedAfterGap(null), Seen(1).Since(Seen(2)));
        Assert.Equal(new StateNews.ChangedAfterGap(null), Seen(9, epoch: "2").Since(Seen(1)));
    }

    [Fact]
    public void C12_whoever_was_slow_is_told_how_many_changes_he_missed_and_has_the_last_state()
    {
        Assert.Equal(new StateNews.ChangedAfterGap(7), Seen(9, "{\"done\":1}").Since(Seen(1)));
        Assert.Equal(new StateNews.Nothing(), Seen(9, "{\"done\":1}").Since(Seen(9, "{\"done\":1}")));
    }

    [Fact]
    public void What_another_program_wrote_is_a_change_without_a_number() =>
        Assert.Equal(new StateNews.Changed(), Seen(1, "{\"a\":1}").Since(Seen(1)));

    /// <summary>Whatever the steps between two looks: what is shown and what is missed are all the changes there were.</summary>
    [Property]
    public bool Shown_and_missed_add_up(PositiveInt[] steps)
    {
        var (number, last, told) = (0L, Seen(0), 0L);
        foreach (var step in steps)
        {
            number += step.Get;
            var now = Seen(number, $"{{\"n\":{number}}}");
            told += now.Since(last) is StateNews.ChangedAfterGap(var missed) ? missed!.Value + 1 : 1;
            last = now;
        }

        return told == number;
    }

    [Property]
    public bool An_id_comes_back_as_it_was(PositiveInt number, NonNull<string> json) =>
        StateSighting.Parse(Seen(number.Get, json.Get).Id) == Seen(number.Get, json.Get);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1768727553123-0")]
    [InlineData("0123456789abcdef")]
    [InlineData("1.-2.0123456789abcdef")]
    [InlineData("1.2.3")]
    public void Other_ids_are_those_of_one_who_has_seen_nothing(string? id) => Assert.Null(StateSighting.Parse(id));
}
