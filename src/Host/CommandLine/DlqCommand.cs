using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Actions.Endpoints;
using Hobom.Slices.DeadLetters.Catalogue.Endpoints;

namespace Hobom.Slices.Host.CommandLine;

/// <summary><c>hobom dlq</c>: the dead letters of a running processor, over its HTTP API.</summary>
static class DlqCommand
{
    public const int Done = 0, SomeLeft = 1, WrongArguments = 2, NotServed = 3;

    /// <param name="second">Waits from one look at a job to the next.</param>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args, Terminal terminal, Func<string, string?> setting, HttpMessageHandler transport, Func<Task> second)
    {
        if (args is ["--help" or "-h" or "help", ..] || args.Contains("--help", StringComparer.Ordinal))
        {
            await terminal.Output.WriteLineAsync(DlqHelp.Dlq);
            return Done;
        }

        if (!DlqArguments.Read(args).Succeeded(out var order, out var fault) || !ApiAddress.Read(order.Url, setting).Succeeded(out var address, out fault))
        {
            await terminal.Error.WriteLineAsync($"{fault}; hobom dlq --help tells more");
            return WrongArguments;
        }

        using var api = new ProcessorApi(transport, address.Root, address.Key);
        try
        {
            return await (order.Verb switch
            {
                "list" => ShowAsync(await api.GetAsync($"/dlq?{QueryOf(order)}"), order, terminal, a => LetterTables.Of(a.Read<ListDeadLettersEndpoint.LetterList>())),
                "groups" => ShowAsync(await api.GetAsync($"/dlq/groups?{QueryOf(order)}"), order, terminal, a => LetterTables.Of(a.Read<ListLetterGroupsEndpoint.LetterGroupList>())),
                "show" => ShowAsync(await api.GetAsync($"/dlq/{Uri.EscapeDataString(order.Keys[0])}"), order, terminal, a => LetterTables.OfOne(a.Read<JsonElement>())),
                "replay" => new ReplayCommand(api, terminal, order, second).RunAsync(),
                _ => OrderAsync(api, terminal, order),
            });
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            await terminal.Error.WriteLineAsync("the answer is none of this API; is the URL the processor's?");
            return NotServed;
        }
    }

    /// <summary>Tells why an answer is of no use.</summary>
    public static bool IsServed(this LanguageExt.Either<string, ApiAnswer> received, Terminal terminal, out ApiAnswer answer)
    {
        if (received.Succeeded(out answer!, out var unreachable) && answer.Error is null) return true;
        terminal.Error.WriteLine(LogText.Clean(unreachable ?? answer!.Error!, 1000));
        return false;
    }

    static Task<int> ShowAsync(
        LanguageExt.Either<string, ApiAnswer> received, DlqOrder order, Terminal terminal, Func<ApiAnswer, IEnumerable<string>> lines)
    {
        if (!received.IsServed(terminal, out var answer)) return Task.FromResult(NotServed);
        if (order.Json) terminal.WriteJson(answer.Body);
        else foreach (var line in lines(answer)) terminal.Output.WriteLine(line);
        return Task.FromResult(Done);
    }

    static async Task<int> OrderAsync(ProcessorApi api, Terminal terminal, DlqOrder order)
    {
        var received = await api.PostAsync($"/dlq/{order.Verb}", new { keys = order.Keys, reason = order.Reason });
        if (!received.IsServed(terminal, out var answer)) return NotServed;
        var result = answer.Read<LetterOrderAnswer>();
        var done = order.Verb switch { "hold" => "held", "release" => "released", "extend" => "extended", "discard" => "discarded", _ => "restored" };
        await ShowAsync(answer, order, terminal, _ => LetterTables.Of(result, done));
        return result.Refused == 0 ? Done : SomeLeft;
    }

    // The limit is always there: a bare list answers with keys alone.
    static string QueryOf(DlqOrder order)
    {
        IEnumerable<KeyValuePair<string, string>> place = order.Verb is "list"
            ? [new("limit", $"{order.Limit ?? 50}"), .. order.Cursor is { } cursor ? [new("cursor", cursor)] : Array.Empty<KeyValuePair<string, string>>()]
            : [];
        return string.Join('&', order.Filter.Concat(place).Select(f => $"{f.Key}={Uri.EscapeDataString(f.Value)}"));
    }
}
