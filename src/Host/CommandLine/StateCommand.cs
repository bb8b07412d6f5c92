using System.CommandLine;
using Hobom.Slices.Streams.Endpoints;

namespace Hobom.Slices.Host.CommandLine;

/// <summary><c>hobom state</c>: what the event router knows of an entity.</summary>
static class StateCommand
{
    public static Command Build(CommandTools tools)
    {
        var state = new ApiCommand(tools, "state", "The state that a running processor's event router keeps.");
        AddGet(state);
        AddIncrement(state);
        return state.Command;
    }

    static void AddGet(ApiCommand state)
    {
        var (kind, id) = Names();
        state.Add("get", "Shows an entity's state", [kind, id], async (session, given) => await session.ShowAsync(
            await session.Api.GetAsync(PathOf(given, kind, id)),
            a => session.Terminal.WriteTable(
                ["FIELD", "VALUE"],
                a.Read<GetStateEndpoint.StateAnswer>().Fields.OrderBy(f => f.Key, StringComparer.Ordinal)
                    .Select(f => (string[])[LogText.Clean(f.Key, 60), LogText.Clean(f.Value, 200)]))));
    }

    static void AddIncrement(ApiCommand state)
    {
        var (kind, id) = Names();
        var field = new Argument<string>("FIELD") { Description = "Its name" };
        var amount = new Argument<long>("AMOUNT") { Description = "May be below zero", DefaultValueFactory = _ => 1 };
        state.Add("increment", "Counts on a field", [kind, id, field, amount], async (session, given) => await session.ShowAsync(
            await session.Api.PostAsync(
                $"{PathOf(given, kind, id)}/increment",
                new { field = given.GetRequiredValue(field), amount = given.GetRequiredValue(amount) }),
            a => session.Terminal.Output.WriteLine($"{a.Read<IncrementStateEndpoint.IncrementAnswer>().Value}")));
    }

    static (Argument<string> Kind, Argument<string> Id) Names() => (
        new Argument<string>("KIND") { Description = "user, chat, scan; stats.user and stats.daily for counts" },
        new Argument<string>("ID") { Description = "Of the entity" });

    static string PathOf(ParseResult given, Argument<string> kind, Argument<string> id) =>
        $"/state/{Uri.EscapeDataString(given.GetRequiredValue(kind))}/{Uri.EscapeDataString(given.GetRequiredValue(id))}";
}
