using System.Globalization;
using Xunit.Abstractions;

namespace FsCheck.Xunit.Tests;

public sealed class PropertyOutcomeTests
{
    [Theory]
    [InlineData(nameof(FailingSamples.Below_fifty))]
    [InlineData(nameof(FailingSamples.Throws_from_fifty))]
    [InlineData(nameof(FailingSamples.Throws_later_from_fifty))]
    [InlineData(nameof(FailingSamples.Later_below_fifty))]
    [InlineData(nameof(FailingSamples.Labelled))]
    public async Task A_falsified_property_fails_with_its_shrunk_arguments_and_its_seed(string property)
    {
        var failure = await FailureOfAsync(property);

        Assert.Equal("FsCheck.Xunit.PropertyFailedException", Assert.Single(failure.ExceptionTypes));
        var report = Assert.Single(failure.Messages);
        Assert.Contains("Falsifiable, after", report, StringComparison.Ordinal);
        Assert.Matches(@"(Shrunk|Original):\r?\nNonNegativeInt 50\r?\n", report);
        Assert.Matches(@"size of \d+ and seed of \(\d+,\d+\)", report);
    }

    [Theory]
    [InlineData(nameof(FailingSamples.Throws_from_fifty), "fifty or more")]
    [InlineData(nameof(FailingSamples.Throws_later_from_fifty), "fifty or more")]
    [InlineData(nameof(FailingSamples.Labelled), "below fifty")]
    public async Task The_report_says_what_was_wrong(string property, string reason) =>
        Assert.Contains(reason, (await FailureOfAsync(property)).Messages.Single(), StringComparison.Ordinal);

    [Fact]
    public async Task A_property_whose_cases_are_all_rejected_fails_as_exhausted() =>
        Assert.Contains(
            "Arguments exhausted",
            (await FailureOfAsync(nameof(FailingSamples.Never_applies))).Messages.Single(),
            StringComparison.Ordinal);

    [Fact]
    public async Task An_unreadable_seed_is_a_failure_rather_than_a_fresh_run()
    {
        var failure = await FailureOfAsync(nameof(FailingSamples.Replays_half_a_seed));

        Assert.Equal("System.FormatException", Assert.Single(failure.ExceptionTypes));
    }

    [Fact]
    public async Task Settings_of_the_assembly_hold_where_nothing_nearer_is_set() =>
        Assert.Contains(
            "Ok, passed 40 tests", await OutputOfAsync(nameof(RecordingSamples.Unset)), StringComparison.Ordinal);

    [Fact]
    public async Task The_same_seed_gives_the_same_arguments()
    {
        var first = await OutputOfAsync(nameof(RecordingSamples.Replayed));

        Assert.Equal(20, Numbers(first).Length);
        Assert.Equal(first, await OutputOfAsync(nameof(RecordingSamples.Replayed)));
        Assert.Equal(first, await OutputOfAsync(nameof(RecordingSamples.Replayed_without_parentheses)));
        Assert.NotEqual(first, await OutputOfAsync(nameof(RecordingSamples.Replayed_from_elsewhere)));
    }

    [Fact]
    public async Task A_seed_with_a_size_begins_at_that_size()
    {
        var sizes = Numbers(await OutputOfAsync(nameof(RecordingSamples.Replayed_at_a_size)));

        Assert.Equal([80], sizes);
    }

    [Fact]
    public async Task Sizes_stay_between_the_start_and_the_end()
    {
        var sizes = Numbers(await OutputOfAsync(nameof(RecordingSamples.Sized_seven_to_nine)));

        Assert.Equal(3, sizes.Length);
        Assert.All(sizes, size => Assert.InRange(size, 7, 9));
    }

    [Fact]
    public async Task Success_is_reported_unless_quiet()
    {
        Assert.Contains(
            "Ok, passed 5 tests", await OutputOfAsync(nameof(RecordingSamples.Reported)), StringComparison.Ordinal);
        Assert.Equal("", await OutputOfAsync(nameof(RecordingSamples.Quiet)));
    }

    [Fact]
    public async Task A_verbose_property_prints_the_arguments_of_every_case() =>
        Assert.Matches(@"^0:\r?\n\d\r?\n1:\r?\n\d\r?\n", await OutputOfAsync(nameof(RecordingSamples.Verbose)));

    [Fact]
    public async Task A_property_is_skipped_and_named_like_a_fact()
    {
        var result = await PropertyRun.OfAsync<RecordingSamples>(nameof(RecordingSamples.Skipped));

        Assert.Equal("not today", Assert.IsAssignableFrom<ITestSkipped>(result).Reason);
        Assert.Equal("a name of its own", result.Test.DisplayName);
    }

    private static async Task<ITestFailed> FailureOfAsync(string property) =>
        Assert.IsAssignableFrom<ITestFailed>(await PropertyRun.OfAsync<FailingSamples>(property));

    private static async Task<string> OutputOfAsync(string property)
    {
        var result = await PropertyRun.OfAsync<RecordingSamples>(property);
        Assert.Equal("", string.Concat((result as ITestFailed)?.Messages ?? []));
        return Assert.IsAssignableFrom<ITestPassed>(result).Output;
    }

    private static int[] Numbers(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => int.Parse(line, CultureInfo.InvariantCulture))
            .ToArray();
}
