using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Actions.Endpoints;
using Hobom.Slices.DeadLetters.Catalogue.Endpoints;

namespace Hobom.Slices.Host.CommandLine;

/// <summary>Letters as lines of text. Whatever a stranger may have written is escaped.</summary>
static class LetterTables
{
    // The relaxed one leaves letters of other scripts readable; what it lets through is escaped after it.
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Show(Terminal terminal, ListDeadLettersEndpoint.LetterList page)
    {
        var letters = page.Letters ?? [];
        terminal.WriteTable(
            ["STATE", "CLASS", "TRIES", "LAST FAILED", "LEFT", "KEY", "ERROR"],
            letters.Select(l => (string[])
            [
                l.State, l.Class ?? "-", $"{l.AttemptCount}", Time(l.LastFailedAt), l.Held ? "held" : Left(l.SecondsLeft), l.Key,
                LogText.Clean(l.Error, 80),
            ]));
        terminal.Output.WriteLine($"{letters.Count} of {page.Total ?? letters.Count}");
        if (page.Next is { } next) terminal.Output.WriteLine($"more: --cursor {LogText.Clean(next)}");
    }

    public static void Show(Terminal terminal, ListLetterGroupsEndpoint.LetterGroupList answer) => terminal.WriteTable(
        ["COUNT", "CATEGORY", "STAGE", "CLASS", "LAST SEEN", "NEXT EXPIRY", "GROUP", "CAUSE"],
        answer.Groups.Select(g => (string[])
        [
            $"{g.Count}", g.Category, g.Stage, g.Class ?? "-", Time(g.LastSeen), g.SoonestExpiry is { } at ? Time(at) : "held", g.Id,
            LogText.Clean(g.Cause, 100),
        ]));

    public static IEnumerable<string> Of(LetterCommandAnswer answer, string done)
    {
        foreach (var result in answer.Results)
        {
            var until = result.ExpiresAt is { } at ? $", expires {Time(at)}" : "";
            yield return
                $"{LogText.Clean(result.Key)}: {(result.Done ? done + until : "refused: " + LogText.Clean(result.Error ?? "", 300))}";
        }

        yield return $"{answer.Done} done, {answer.Refused} refused";
    }

    /// <summary>One letter with all that the server tells: members this version does not know as well.</summary>
    public static IEnumerable<string> OfOne(JsonElement answer)
    {
        foreach (var member in answer.GetProperty("letter").EnumerateObject())
        {
            if (member.Value.ValueKind is not JsonValueKind.Array)
            {
                if (member.Value.ValueKind is not JsonValueKind.Null)
                    yield return $"{LogText.Clean(member.Name, 30),-15} {Flat(member.Value)}";
                continue;
            }

            foreach (var (n, entry) in member.Value.EnumerateArray().Index())
                yield return $"{(n == 0 ? LogText.Clean(member.Name, 30) : ""),-15} {Flat(entry)}";
        }

        foreach (var member in answer.EnumerateObject().Where(m => m.Name != "letter"))
        {
            yield return $"{LogText.Clean(member.Name, 30)}:";
            yield return Terminal.HarmlessJson(
                JsonText.IsUnicode(member.Value) ? JsonSerializer.Serialize(member.Value, Indented) : member.Value.GetRawText());
        }
    }

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    static string Flat(JsonElement value) => value.ValueKind is JsonValueKind.Object
        ? string.Join(
            "  ",
            value.EnumerateObject().Where(m => m.Value.ValueKind is not JsonValueKind.Null)
                .Select(m => $"{LogText.Clean(m.Name, 30)}={Flat(m.Value)}"))
        : LogText.Clean(value.ToString(), 500);

    static string Left(double? seconds) => seconds switch
    {
        null => "-",
        < 120 => $"{seconds.Value:0}s",
        < 7200 => $"{seconds.Value / 60:0}m",
        _ => $"{seconds.Value / 3600:0}h",
    };
}
