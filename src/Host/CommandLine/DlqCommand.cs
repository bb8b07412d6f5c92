using System.CommandLine;
using System.Text.Json;
using Hobom.Slices.DeadLetters.Catalogue.Endpoints;

namespace Hobom.Slices.Host.CommandLine;

/// <summary><c>hobom dlq</c>: the dead letters of a running processor, over its HTTP API.</summary>
static class DlqCommand
{
    public static Command Build(CommandTools tools)
    {
        var dlq = new ApiCommand(tools, "dlq", "The dead letters of a running processor.");
        AddList(dlq);
        AddGroups(dlq);
        AddShow(dlq);
        AddUnmask(dlq);
        ReplayCommand.AddTo(dlq);
        LetterCommands.AddTo(dlq);
        return dlq.Command;
    }

    static void AddList(ApiCommand dlq)
    {
        var filters = new LetterFilters();
        var limit = Options.Whole("--limit", 1, 1000, "Letters on one page (50)");
        var cursor = Options.Text("--cursor", "NEXT", "Goes on where the page before ended");
        dlq.Add("list", "Lists letters", [.. filters.Symbols, limit, cursor], async (session, given) =>
        {
            // The limit is always there: a bare list answers with keys alone.
            KeyValuePair<string, string>[] place = [new("limit", $"{given.GetValue(limit) ?? 50}")];
            if (given.GetValue(cursor) is { } next) place = [.. place, new("cursor", next)];
            return await session.ShowAsync(
                await session.Api.GetAsync($"/dlq?{Query([.. filters.Of(given), .. place])}"),
                a => LetterTables.Show(session.Terminal, a.Read<ListDeadLettersEndpoint.LetterList>()));
        });
    }

    static void AddGroups(ApiCommand dlq)
    {
        var filters = new LetterFilters();
        dlq.Add("groups", "Lists causes, the most letters first", filters.Symbols, async (session, given) => await session.ShowAsync(
            await session.Api.GetAsync($"/dlq/groups?{Query(filters.Of(given))}"),
            a => LetterTables.Show(session.Terminal, a.Read<ListLetterGroupsEndpoint.LetterGroupList>())));
    }

    static void AddShow(ApiCommand dlq)
    {
        var key = LetterSymbols.Keys(ArgumentArity.ExactlyOne);
        dlq.Add("show", "Shows one letter", [key], async (session, given) => await session.ShowAsync(
            await session.Api.GetAsync($"/dlq/{Uri.EscapeDataString(given.GetRequiredValue(key)[0])}"),
            a => session.Terminal.WriteLines(LetterTables.OfOne(a.Read<JsonElement>()))));
    }

    static void AddUnmask(ApiCommand dlq)
    {
        var key = LetterSymbols.Keys(ArgumentArity.ExactlyOne);
        var reason = Options.Text("--reason", "TEXT", "Kept in the audit");
        reason.Required = true;
        dlq.Add("unmask", "Shows one letter with its payload as it is", [key, reason], async (session, given) => await session.ShowAsync(
            await session.Api.PostAsync(
                $"/dlq/{Uri.EscapeDataString(given.GetRequiredValue(key)[0])}/unmask", new { reason = given.GetValue(reason) }),
            a => session.Terminal.WriteLines(LetterTables.OfOne(a.Read<JsonElement>()))));
    }

    static string Query(IEnumerable<KeyValuePair<string, string>> parts) =>
        string.Join('&', parts.Select(f => $"{f.Key}={Uri.EscapeDataString(f.Value)}"));
}
