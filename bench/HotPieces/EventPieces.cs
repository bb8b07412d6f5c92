using Hobom.Slices.Broker;
using Hobom.Slices.Streams;

namespace Hobom.Slices.Bench.HotPieces;

/// <summary>What the broker and the router do for each event; each piece does it for so many and returns how many.</summary>
public sealed class EventPieces
{
    public const int Events = 1_000;

    const string Stream = "events:chat";

    static readonly string[] Types = ["shop.order.created", "shop.order.item.added", "shop.stock.low", "page.edited"];

    static readonly StateView NoState = new(new Dictionary<StateRead, string?>());

    static readonly ShardStream Shard = new("chat", Stream, 1, new StreamPart.Whole());

    readonly EventPattern[] patterns = [.. ((string[])["*", "shop.order.*", "shop.**", "page.edited", "**.low"]).Select(PatternOf)];
    readonly StreamEntry[] entries = [.. Enumerable.Range(0, Events).Select(EntryOf)];

    /// <summary>An event's type with each of five consumers' patterns.</summary>
    public int MatchPatterns()
    {
        var matched = 0;
        for (var i = 0; i < Events; i++)
            matched += patterns.Any(pattern => pattern.Matches(Types[i % Types.Length])) ? 1 : 0;
        return matched;
    }

    /// <summary>An entry's handler, what it decides, and the call that applies it: by the hundred, as they are read.</summary>
    public int RouteStreamEntry()
    {
        var routed = 0;
        foreach (var chunk in entries.Chunk(100))
        {
            var applications = chunk.Select(entry => new Application(entry.Id, 0, ChangesOf(entry))).ToList();
            var call = new ApplyCall(Shard, "holder", RouterSettings.Default.Group, applications, RouterSettings.Default.LifeOf);
            routed += call.Arguments.Length > 0 ? applications.Count : 0;
        }

        return routed;
    }

    static Changes ChangesOf(StreamEntry entry) =>
        HandlerRegistry.Default.Find("chat", entry).Bind(handler => handler.Decide(DatedEntry.Of(entry, TimeZoneInfo.Utc), NoState))
            .Match(changes => changes, refusal => throw new InvalidOperationException(refusal.Reason));

    static EventPattern PatternOf(string text) =>
        EventPattern.Parse(text, allowManySegments: true)
            .Match(pattern => pattern, fault => throw new InvalidOperationException(fault.ToString()));

    static StreamEntry EntryOf(int number) => new(Stream, new EntryId(1_767_322_800_000 + (ulong)number, 0),
    [
        EntryField.Of("type", "message_complete"), EntryField.Of("user_id", $"user-{number % 100}"),
        EntryField.Of("job_id", $"job-{number % 500}"),
    ]);
}
