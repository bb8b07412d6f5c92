using System.CommandLine;
using System.CommandLine.Parsing;
using Hobom.Slices.Core;

namespace Hobom.Slices.Host.CommandLine;

/// <summary>The arguments and options that name letters.</summary>
static class LetterSymbols
{
    const int KeyLimit = 1000;

    /// <summary>Well-formed keys, as many as the arity says and 1000 at most.</summary>
    public static Argument<string[]> Keys(ArgumentArity arity)
    {
        return new Argument<string[]>("KEY")
        {
            Description = "A letter's key, such as dlq:menu:65f0…",
            Arity = arity,
            CustomParser = given =>
            {
                if (given.Tokens.Count > KeyLimit) given.AddError($"{KeyLimit} keys at most");
                if (given.Tokens.Select(t => FaultOf(t.Value)).FirstOrDefault(f => f is not null) is { } fault) given.AddError(fault);
                return [.. given.Tokens.Select(t => t.Value)];
            },
        };
    }

    static string? FaultOf(string key) =>
        DeadLetterKey.Parse(key).TryGetRight(out _, out var malformed) ? null
        // Of an option that nobody knows: its value may be a secret.
        : key.StartsWith('-') ? $"there is no option {LogText.Clean(key.Split('=')[0], 60)}"
        : $"{LogText.Clean(key, 60)}: {malformed.Message}";
}

/// <summary>Which letters are meant, by what they are.</summary>
sealed class LetterFilters
{
    readonly (string Name, Option<string> Option)[] all =
    [
        ("category", Options.Text("--category", "NAME", "menu, log, space, space-log, law")),
        ("class", Options.Text("--class", "NAME", "transient, permanent, unknown or refused")),
        ("text", Options.Text("--text", "TEXT", "Stands in the id or the error")),
        ("minAge", Options.Text("--min-age", "TIME", "Since the last failure at least: 90s, 30m, 12h, 3d")),
        ("maxAge", Options.Text("--max-age", "TIME", "Since the last failure at most")),
        ("expiresWithin", Options.Text("--expires-within", "TIME", "Expires in that time")),
        ("state", Options.Text("--state", "NAME", "provisional, open, claimed, unknown or discarded")),
        ("group", Options.Text("--group", "ID", "A group's id, from 'groups'")),
        ("minAttempts", Options.Text("--min-attempts", "COUNT", "Tried so often, at least")),
        ("code", Options.Text("--code", "CODE", "The last attempt's error code")),
        ("kind", Options.Text("--kind", "WORD", "What failed, in a word of the flow's own, such as timed-out")),
    ];

    public IEnumerable<Symbol> Symbols => all.Select(f => f.Option);

    public bool AreIn(SymbolResult given) => all.Any(f => given.GetResult(f.Option) is not null);

    /// <summary>By the name that the API has for it.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Of(ParseResult given) =>
        [.. all.Select(f => KeyValuePair.Create(f.Name, given.GetValue(f.Option) ?? "")).Where(f => f.Value.Length > 0)];
}
