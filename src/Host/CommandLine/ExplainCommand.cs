using System.CommandLine;
using Hobom.Slices.Host.Explain;

namespace Hobom.Slices.Host.CommandLine;

/// <summary><c>hobom explain ID</c>: where an event is and what it waits for.</summary>
static class ExplainCommand
{
    public static Command Build(CommandTools tools)
    {
        var explain = new ApiCommand(tools, "explain", "Tells where an event is and what it waits for.");
        var id = new Argument<string>("ID") { Description = "The event's id, as in the outbox" };
        var category = Options.Text("--category", "NAME", "Of one flow only: menu, log, space, space-log, law");
        explain.On([id, category], async (session, given) =>
        {
            var query = given.GetValue(category) is { } one ? $"?category={Uri.EscapeDataString(one)}" : "";
            var received = await session.Api.GetAsync($"/events/{Uri.EscapeDataString(given.GetRequiredValue(id))}/explain{query}");
            if (!received.IsServed(session.Terminal, out var answer)) return ExitCode.NotServed;
            var told = answer.Read<ExplainOutboxEvent.OutboxEventExplanation>();
            await session.ShowAsync(answer, _ => session.Terminal.WriteLines(LinesOf(told)));
            return told.State is Whereabouts.NotInOutbox or Whereabouts.Unknown ? ExitCode.SomeLeft : ExitCode.Done;
        });
        return explain.Command;
    }

    static IEnumerable<string> LinesOf(ExplainOutboxEvent.OutboxEventExplanation told)
    {
        foreach (var flow in told.Flows)
        {
            var from = flow.Since is { } since ? $" since {LetterTables.Time(since)}" : "";
            yield return LogText.Clean($"{flow.Flow}: {flow.State}{from}");
            if (flow.WaitsFor is { } waits) yield return $"  waits for: {LogText.Clean(waits, 500)}";
            if (flow.Published is { } at)
                yield return LogText.Clean(
                    $"  published: {at.Topic}, partition {at.Partition?.ToString() ?? "?"}, offset {at.Offset?.ToString() ?? "?"}, "
                    + $"at {LetterTables.Time(at.At)}");
            if (flow.Letter is { } letter) yield return LineOf(letter);
            if (flow.Gone is { } gone) yield return $"  its letter is gone: {LogText.Clean(gone)}";
            yield return LogText.Clean($"  row: {flow.Row ?? "not known"}, says {flow.RowFrom}", 500);
            foreach (var problem in flow.Problems) yield return $"  not asked: {LogText.Clean(problem, 500)}";
        }

        foreach (var path in told.AtBroker ?? []) yield return LogText.Clean($"broker: GET {HttpApi.BasePath}{path}", 1000);
    }

    static string LineOf(ExplainOutboxEvent.ExplainedLetter letter)
    {
        var until = letter.ExpiresAt is { } end ? $"until {LetterTables.Time(end)}" : "held";
        return LogText.Clean($"  letter: {letter.Key} ({letter.State}), {until}: {letter.Error}", 1000);
    }
}
