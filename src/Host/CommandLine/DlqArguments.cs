using System.Globalization;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Host.CommandLine;

/// <summary>Reads the arguments of <c>hobom dlq</c>; left is what is wrong with them, in one line.</summary>
static class DlqArguments
{
    const int KeyLimit = 1000;

    static readonly (string Option, string Name)[] Filters =
    [
        ("--category", "category"), ("--class", "class"), ("--text", "text"), ("--min-age", "minAge"), ("--max-age", "maxAge"),
        ("--expires-within", "expiresWithin"), ("--state", "state"), ("--group", "group"),
    ];

    static readonly string[] OnKeys = ["hold", "release", "extend", "restore"];

    public static Either<string, DlqOrder> Read(IReadOnlyList<string> args)
    {
        if (args.Count == 0) return "a command is needed";
        var (keys, filter) = (new List<string>(), new List<KeyValuePair<string, string>>());
        var order = new DlqOrder(args[0], keys, filter);
        var optionsEnd = false;
        for (var at = 1; at < args.Count; at++)
        {
            if (optionsEnd || !args[at].StartsWith('-'))
            {
                if (!DeadLetterKey.Parse(args[at]).Succeeded(out _, out var malformed)) return $"{Shown(args[at])}: {malformed.Message}";
                keys.Add(args[at]);
                continue;
            }

            var (option, joined) = args[at].Split('=', 2) is [var before, var after] ? (before, after) : (args[at], null);
            if (option is "--") optionsEnd = true;
            else if (option is "--all" or "--yes" or "--confirm-unknown" or "--confirm-delivered" or "--json")
            {
                if (joined is not null) return $"{option} takes no value";
                if (!Takes(order.Verb, option)) return Unfit(order.Verb, option);
                if (order.Confirm is not null && option.StartsWith("--confirm-", StringComparison.Ordinal)) return "one --confirm-… only";
                order = option switch
                {
                    "--all" => order with { All = true },
                    "--yes" => order with { Yes = true },
                    "--json" => order with { Json = true },
                    _ => order with { Confirm = option["--confirm-".Length..] },
                };
            }
            else
            {
                if (!Takes(order.Verb, option)) return Unfit(order.Verb, option);
                var value = joined ?? (at + 1 < args.Count ? args[++at] : "");
                if (string.IsNullOrWhiteSpace(value)) return $"{option} wants a value";
                if (Filters.FirstOrDefault(f => f.Option == option).Name is { } name)
                {
                    if (filter.Exists(f => f.Key == name)) return $"{option} stands twice";
                    filter.Add(new(name, value));
                    continue;
                }

                var number = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var read) && read <= 1000 ? read : -1;
                if (option is "--limit" or "--rate" && number < 1) return $"{option} wants a number from 1 to 1000";
                if (option is "--canary" && number < 0) return "--canary wants a number from 0 to 1000";
                order = option switch
                {
                    "--limit" => order with { Limit = number },
                    "--rate" => order with { Rate = number },
                    "--canary" => order with { Canary = number },
                    "--cursor" => order with { Cursor = value },
                    "--reason" => order with { Reason = value },
                    _ => order with { Url = value },
                };
            }
        }

        return FaultOf(order) is { } fault ? fault : order;
    }

    static bool Takes(string verb, string option) => option switch
    {
        "--json" or "--url" => true,
        "--limit" or "--cursor" => verb is "list",
        "--all" or "--yes" or "--confirm-unknown" or "--confirm-delivered" or "--rate" or "--canary" => verb is "replay",
        "--reason" => verb is "discard" || OnKeys.Contains(verb, StringComparer.Ordinal),
        _ => verb is "list" or "groups" or "replay" && Filters.Any(f => f.Option == option),
    };

    static string Unfit(string verb, string option) => $"'{Shown(verb)}' takes no {Shown(option)}";

    static string? FaultOf(DlqOrder order) => order.Verb switch
    {
        "list" or "groups" => order.Keys.Count == 0 ? null : $"'{order.Verb}' takes no keys",
        "show" => order.Keys.Count == 1 ? null : "'show' wants one key",
        "replay" => FaultOfReplay(order),
        "discard" when order.Reason is null => "'discard' wants --reason TEXT",
        var verb when verb is "discard" || OnKeys.Contains(verb, StringComparer.Ordinal) =>
            order.Keys.Count is > 0 and <= KeyLimit ? null : $"'{verb}' wants 1 to {KeyLimit} keys",
        var other => $"unknown command: {Shown(other)}",
    };

    static string? FaultOfReplay(DlqOrder order)
    {
        var ways = (order.Keys.Count > 0 ? 1 : 0) + (order.Filter.Count > 0 ? 1 : 0) + (order.All ? 1 : 0);
        return ways == 0 ? "'replay' wants keys, filters or --all"
            : ways > 1 ? "'replay' wants keys or filters or --all, one of them"
            : order.Confirm is { } confirm && !IsSingle(order) ? $"--confirm-{confirm} goes with one key alone"
            : null;
    }

    /// <summary>Whether it is the replay of one letter, which needs no plan.</summary>
    public static bool IsSingle(DlqOrder order) => order is { Keys.Count: 1, Rate: null, Canary: null };

    static string Shown(string text) => LogText.Clean(text, 60);
}
