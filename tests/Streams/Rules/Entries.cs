using Hobom.Slices.Streams;
using LanguageExt;

namespace Hobom.Slices.Tests.Streams.Rules;

/// <summary>Entries to test with, and what their handlers make of them.</summary>
static class Entries
{
    public static readonly TimeZoneInfo Seoul = TimeZoneInfo.CreateCustomTimeZone("Seoul", TimeSpan.FromHours(9), "Seoul", "Seoul");

    public static StreamEntry Of(string domain, string id, params (string Name, string Value)[] fields) =>
        new(StreamLayout.KeyOf(domain), EntryId.Parse(id)!.Value, [.. fields.Select(f => EntryField.Of(f.Name, f.Value))]);

    public static string IdAt(DateTimeOffset time, int sequence = 0) => $"{time.ToUnixTimeMilliseconds()}-{sequence}";

    public static Either<EntryRefusal, Changes> Handle(StreamEntry entry, StateModel state, TimeZoneInfo? zone = null) =>
        HandlerRegistry.Default.Find(StreamLayout.DomainOf(entry.Stream)!, entry)
            .Bind(handler => handler.Decide(DatedEntry.Of(entry, zone ?? TimeZoneInfo.Utc), state.View(handler.Reads(entry))));

    public static Changes Handled(StreamEntry entry, StateModel state, TimeZoneInfo? zone = null) =>
        Handle(entry, state, zone).Match(changes => changes, refusal => throw new InvalidOperationException(refusal.Reason));

    public static string ReasonAgainst(StreamEntry entry) =>
        Handle(entry, new StateModel()).Match(_ => throw new InvalidOperationException("it was handled"), refusal => refusal.Reason);
}
