using FsCheck.Fluent;

namespace FsCheck.Xunit.Tests;

public sealed class PropertyTests
{
    private readonly List<int> seen = [];

    [Property]
    public bool A_bool_is_a_verdict(int left, int right) => left + right == right + left;

    [Property]
    public void A_property_that_returns_holds(string? text) => Assert.Equal(text, text + "");

    [Property]
    public async Task A_task_is_awaited(int[] numbers)
    {
        await Task.Yield();
        Assert.Equal(numbers, numbers.Reverse().Reverse());
    }

    [Property]
    public Property An_FsCheck_property_is_checked(int number) => (number * 2 % 2 == 0).When(number < 100).Label("even");

    [Property]
    public static bool A_static_method_is_checked(byte number) => number >= 0;

    [Property(Arbitrary = [typeof(Digits)])]
    public void Generators_come_from_the_named_class(int digit) => Assert.InRange(digit, 0, 9);

    [Property(Arbitrary = [typeof(Digits), typeof(Hundreds)])]
    public void The_first_class_wins_for_the_same_type(int digit, string word)
    {
        Assert.InRange(digit, 0, 9);
        Assert.Equal("word", word);
    }

    [Property(MaxTest = 30)]
    public void One_instance_of_the_class_serves_every_case(int number)
    {
        seen.Add(number);
        Assert.InRange(seen.Count, 1, 30);
        Assert.Equal(number, seen[^1]);
    }
}

[Properties(Arbitrary = [typeof(Hundreds)], MaxTest = 4, QuietOnSuccess = true)]
public sealed class ClassSettingsTests
{
    private int cases;

    [Property]
    public void A_property_takes_the_settings_of_its_class(int hundred)
    {
        Assert.InRange(hundred, 100, 199);
        Assert.InRange(++cases, 1, 4);
    }

    [Property(Arbitrary = [typeof(Digits)])]
    public void A_property_overrides_its_class_type_by_type(int digit, string word)
    {
        Assert.InRange(digit, 0, 9);
        Assert.Equal("word", word);
    }

    public sealed class Nested
    {
        [Property]
        public void A_nested_class_takes_the_settings_of_the_enclosing_one(int hundred) =>
            Assert.InRange(hundred, 100, 199);
    }
}
