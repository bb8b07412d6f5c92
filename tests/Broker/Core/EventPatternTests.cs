using FsCheck.Xunit;
using Hobom.Slices.Broker;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Core;

/// <summary>The contract's table, line by line, and the addition.</summary>
public sealed class EventPatternTests
{
    [Theory]
    [InlineData("public.users.create", "public.users.create", true)]
    [InlineData("public.users.create", "public.users.update", false)]
    [InlineData("*", "public.users.create", true)]
    [InlineData("*", "anything", true)]
    [InlineData("public.*", "public.users", true)]
    [InlineData("public.*", "public.users.create", false)]
    [InlineData("public.*", "admin.users", false)]
    [InlineData("*.users.create", "public.users.create", true)]
    [InlineData("*.users.create", "admin.users.create", true)]
    [InlineData("*.users.create", "public.roles.create", false)]
    [InlineData("public.*.create", "public.users.create", true)]
    [InlineData("public.*.create", "public.roles.create", true)]
    [InlineData("public.*.create", "public.users.update", false)]
    [InlineData("*.*", "public.users", true)]
    [InlineData("*.*", "public.users.create", false)]
    [InlineData("*.*.create", "public.users.create", true)]
    [InlineData("*.*.create", "admin.roles.create", true)]
    [InlineData("*.*.create", "public.users.update", false)]
    [InlineData("something", "", false)]
    [InlineData("*", "", true)]
    [InlineData("*", "a.b.c.d.e", true)]
    [InlineData("test.*", "test.event", true)]
    [InlineData("*.system.start", ".system.start", true)]
    [InlineData("a.*", "a.", true)]
    [InlineData("a.*", "a", false)]
    [InlineData("*.*", ".", true)]
    [InlineData("PUBLIC.*", "public.users", false)]
    [InlineData("pub*.users", "public.users", false)]
    [InlineData("a.>", "a.b", false)]
    [InlineData("a.#", "a.b", false)]
    [InlineData("a.b", "a.*", false)]
    [InlineData("a.*", "a.*", true)]
    [InlineData("**", "a.b", true)]
    [InlineData("**", "", true)]
    [InlineData("public.**", "public", true)]
    [InlineData("public.**", "public.users.create.now", true)]
    [InlineData("public.**", "publicly.users", false)]
    [InlineData("**.create", "create", true)]
    [InlineData("**.create", "a.b.create", true)]
    [InlineData("**.create", "a.b.created", false)]
    [InlineData("a.**.b.**.c", "a.x.b.b.y.c", true)]
    [InlineData("a.**.b.**.c", "a.x.y.c", false)]
    [InlineData("**.*.c", "c", false)]
    public void The_table_holds(string pattern, string type, bool matches) => Assert.Equal(matches, Pattern(pattern).Matches(type));

    [Fact]
    public void An_empty_pattern_is_refused_and_the_addition_where_it_is_not_wanted()
    {
        Assert.Equal(PatternFault.Empty, EventPattern.Parse("", true).Match(_ => default, f => f));
        Assert.Equal(PatternFault.ManySegmentsRefused, EventPattern.Parse("a.**", false).Match(_ => default, f => f));
        Assert.Equal(PatternFault.TooLong, EventPattern.Parse(new string('a', 1024), false).Match(_ => default, f => f));
        Assert.True(EventPattern.Parse("a.b**", false).IsRight);
    }

    [Property]
    public bool A_pattern_of_stars_fits_types_of_as_many_segments(byte stars, byte segments)
    {
        var (s, n) = ((stars % 5) + 2, (segments % 6) + 1);
        return Pattern(string.Join('.', Enumerable.Repeat("*", s))).Matches(string.Join('.', Enumerable.Repeat("x", n))) == (s == n);
    }

    [Property]
    public bool Two_stars_do_what_trying_every_number_of_segments_does(byte[] pattern, byte[] type)
    {
        string[] words = ["a", "b", "*", "**"];
        var p = pattern.Take(6).Select(b => words[b % 4]).DefaultIfEmpty("a").ToArray();
        var t = type.Take(7).Select(b => words[b % 2]).DefaultIfEmpty("a").ToArray();
        return Pattern(string.Join('.', p)).Matches(string.Join('.', t)) == (p is ["*"] || Naive(p, t));
    }

    static bool Naive(ReadOnlySpan<string> pattern, ReadOnlySpan<string> type)
    {
        if (pattern.IsEmpty) return type.IsEmpty;
        if (pattern[0] != "**") return !type.IsEmpty && (pattern[0] == "*" || pattern[0] == type[0]) && Naive(pattern[1..], type[1..]);
        for (var taken = 0; taken <= type.Length; taken++)
        {
            if (Naive(pattern[1..], type[taken..])) return true;
        }

        return false;
    }
}
