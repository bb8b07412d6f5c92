using System.Globalization;
using Hobom.Slices.Core;

namespace Hobom.Slices.Streams;

/// <summary>The router's settings from environment variables; docs/OPERATING.md has each with unit, default and limit.</summary>
public static class RouterVariables
{
    public const string Enabled = "HOBOM_STREAMS_ENABLED";

    static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <param name="value">A variable's text; null where it is not set.</param>
    /// <param name="problem">Takes each fault, a line that names its variable.</param>
    /// <returns>Null where the router is off.</returns>
    public static RouterSettings? Read(HandlerRegistry handlers, Func<string, string?> value, Action<string> problem)
    {
        var isOn = Choice(Enabled, false, ("true", true), ("false", false));
        var otherwise = RouterSettings.Default;
        var read = otherwise with
        {
            Group = value("HOBOM_STREAMS_GROUP") ?? otherwise.Group,
            Shards = ByName("HOBOM_STREAMS_SHARDS", handlers.Domains, text => Whole(text, 1, 256), "a number of shards from 1 to 256"),
            Zone = Zone("HOBOM_STREAMS_ZONE"),
            Unknown = ByName("HOBOM_STREAMS_UNKNOWN", handlers.Domains, Policy, "dead-letter, acknowledge or hold"),
            ReadCount = One("HOBOM_STREAMS_READ_COUNT", otherwise.ReadCount, text => Whole(text, 1, 1000), "a whole number from 1 to 1000"),
            Block = Span("HOBOM_STREAMS_BLOCK", otherwise.Block, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1.5)),
            LeaseLife = Span("HOBOM_STREAMS_LEASE", otherwise.LeaseLife, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)),
            DeliveryLimit = One(
                "HOBOM_STREAMS_DELIVERY_LIMIT", otherwise.DeliveryLimit, text => Whole(text, 1, 100), "a whole number from 1 to 100"),
            Retention = Span("HOBOM_STREAMS_RETENTION", otherwise.Retention!.Value, TimeSpan.Zero, Longest) is var age
                && age == TimeSpan.Zero
                ? null
                : age,
            StateLives = Lives("HOBOM_STREAMS_STATE_TTL", otherwise.StateLives),
        };
        return isOn ? read : null;

        T One<T>(string name, T fallback, Func<string, T?> parse, string expected)
            where T : struct
        {
            if (value(name) is not { } text) return fallback;
            if (parse(text) is { } parsed) return parsed;
            problem($"{name} is '{text}': expected {expected}");
            return fallback;
        }

        bool Choice(string name, bool fallback, params (string Text, bool Value)[] choices) =>
            One(name, fallback, text => choices.Where(c => c.Text == text).Select(c => (bool?)c.Value).FirstOrDefault(), "true or false");

        TimeSpan Span(string name, TimeSpan fallback, TimeSpan least, TimeSpan most) => One(
            name, fallback, text => Durations.Parse(text) is { } span && span >= least && span <= most ? span : null,
            $"a duration such as 5s or 7d, from {Durations.Format(least)} to {Durations.Format(most)}");

        TimeZoneInfo Zone(string name)
        {
            if (value(name) is not { } text) return TimeZoneInfo.Utc;
            if (TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone)) return zone;
            problem($"{name} is '{text}': this machine knows no such time zone; expected a name such as Asia/Seoul");
            return TimeZoneInfo.Utc;
        }

        Dictionary<string, T> ByName<T>(string name, IReadOnlyList<string> known, Func<string, T?> parse, string expected)
            where T : struct
        {
            var found = new Dictionary<string, T>(StringComparer.Ordinal);
            foreach (var part in (value(name) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                var named = part.Split('=', 2);
                if (parse(named[^1]) is not { } parsed || (named.Length == 2 && !known.Contains(named[0])))
                    problem($"{name}: '{part}' is neither {expected} nor <name>=<it> with a name of {string.Join(", ", known)}");
                else if (named.Length == 2) found[named[0]] = parsed;
                else foreach (var every in known) found.TryAdd(every, parsed);
            }

            return found;
        }

        Dictionary<string, TimeSpan> Lives(string name, IReadOnlyDictionary<string, TimeSpan> fallback)
        {
            string[] classes = ["state:user", "state:chat", "state:scan", "stats:user", "stats:daily"];
            var given = ByName<TimeSpan>(
                name, classes, text => Durations.Parse(text) is { } life && life <= Longest ? life : null, "a duration, 0s for ever");
            var lives = new Dictionary<string, TimeSpan>(fallback, StringComparer.Ordinal);
            foreach (var (kind, life) in given) lives[kind] = life;
            return lives.Where(l => l.Value > TimeSpan.Zero).ToDictionary(StringComparer.Ordinal);
        }
    }

    static int? Whole(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : null;

    static UnknownTypePolicy? Policy(string text) => text switch
    {
        "dead-letter" => UnknownTypePolicy.DeadLetter,
        "acknowledge" => UnknownTypePolicy.Acknowledge,
        "hold" => UnknownTypePolicy.Hold,
        _ => null,
    };
}
