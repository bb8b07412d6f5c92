using FsCheck.Fluent;
using Xunit.Abstractions;

[assembly: FsCheck.Xunit.Properties(MaxTest = 40)]

// xUnit1000: these classes are internal so that the test run does not discover them; PropertyRun runs them by hand.
#pragma warning disable xUnit1000

namespace FsCheck.Xunit.Tests;

internal static class Digits
{
    public static Arbitrary<int> Digit() => Gen.Choose(0, 9).ToArbitrary();
}

internal static class Hundreds
{
    public static Arbitrary<int> Hundred() => Gen.Choose(100, 199).ToArbitrary();

    public static Arbitrary<string> Word() => Gen.Constant("word").ToArbitrary();
}

// Large from the first case, so that the smallest failing case, fifty, is found by shrinking.
[Properties(StartSize = 100_000, EndSize = 100_000, MaxTest = 100)]
internal sealed class FailingSamples
{
    [Property]
    public bool Below_fifty(NonNegativeInt number) => number.Get < 50;

    [Property]
    public void Throws_from_fifty(NonNegativeInt number) => Assert.True(number.Get < 50, "fifty or more");

    [Property]
    public async Task Throws_later_from_fifty(NonNegativeInt number)
    {
        await Task.Yield();
        Assert.True(number.Get < 50, "fifty or more");
    }

    [Property]
    public async Task<bool> Later_below_fifty(NonNegativeInt number)
    {
        await Task.Yield();
        return number.Get < 50;
    }

    [Property]
    public Property Labelled(NonNegativeInt number) => (number.Get < 50).Label("below fifty");

    [Property]
    public Property Never_applies(int number) => false.When(number > int.MaxValue - 1);

    [Property(Replay = "12")]
    public bool Replays_half_a_seed(int number) => number == number + 0;
}

internal sealed class RecordingSamples(ITestOutputHelper output)
{
    [Property(Replay = "(123,457)", MaxTest = 20, QuietOnSuccess = true)]
    public void Replayed(int number) => output.WriteLine($"{number}");

    [Property(Replay = "123,457", MaxTest = 20, QuietOnSuccess = true)]
    public void Replayed_without_parentheses(int number) => output.WriteLine($"{number}");

    [Property(Replay = "(123,459)", MaxTest = 20, QuietOnSuccess = true)]
    public void Replayed_from_elsewhere(int number) => output.WriteLine($"{number}");

    [Property(Replay = "(123,457,80)", MaxTest = 1, QuietOnSuccess = true, Arbitrary = [typeof(Sizes)])]
    public void Replayed_at_a_size(Sized sized) => output.WriteLine($"{sized.Size}");

    [Property(MaxTest = 3, StartSize = 7, EndSize = 9, QuietOnSuccess = true, Arbitrary = [typeof(Sizes)])]
    public void Sized_seven_to_nine(Sized sized) => output.WriteLine($"{sized.Size}");

    [Property(MaxTest = 5, Verbose = true, Arbitrary = [typeof(Digits)])]
    public bool Verbose(int number) => number < 10;

    [Property(MaxTest = 5)]
    public bool Reported(int number) => number == number + 0;

    [Property]
    public bool Unset(int number) => number == number + 0;

    [Property(MaxTest = 5, QuietOnSuccess = true)]
    public bool Quiet(int number) => number == number + 0;

    [Property(Skip = "not today", DisplayName = "a name of its own")]
    public bool Skipped(int number) => number == 0;
}

internal sealed record Sized(int Size);

internal static class Sizes
{
    public static Arbitrary<Sized> Sized() => Gen.Sized(size => Gen.Constant(new Sized(size))).ToArbitrary();
}
