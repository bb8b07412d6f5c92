using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using static Hobom.Slices.Tests.Fast.Features.DeadLetters.LetterSamples;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Letters;

public sealed class TraceLinkTests
{
    const string Id = "4bf92f3577b34da6a3ce929d0e0e4736";

    static readonly LetterRecord Letter = DeadLetterDecisions.Merge(null, LetterAt(Noon));
    static readonly TraceLink Traces = TraceLink.Parse("https://traces.example/a b/{traceId}?\"x\"=<{traceId}>#<&")!;

    [Fact]
    public void The_id_of_the_trace_stands_where_its_mark_stood_and_nothing_is_left_to_be_escaped() => Assert.Equal(
        $"https://traces.example/a%20b/{Id}?%22x%22=%3C{Id}%3E#%3C&", Traces.Of(Letter with { TraceParent = $"00-{Id}-00f067aa0ba902b7-01" }));

    [Fact]
    public void A_letter_that_another_build_wrote_has_it_in_its_headers()
    {
        var foreign = Letter with { TraceParent = null, Headers = [new RecordHeader("traceparent", $"00-{Id}-00f067aa0ba902b7-01")] };
        Assert.Contains(Id, Traces.Of(foreign), StringComparison.Ordinal);
        Assert.Null(TraceLink.None.Of(foreign));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("00-../../../../../../../../../../..-00f067aa0ba902b7-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736")]
    public void What_is_no_trace_is_not_linked(string? parent) => Assert.Null(Traces.Of(Letter with { TraceParent = parent, Headers = [] }));
}
