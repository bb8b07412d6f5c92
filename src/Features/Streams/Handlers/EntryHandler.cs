using LanguageExt;

namespace Hobom.Slices.Streams;

/// <summary>Why an entry can have no effect, however often it is tried.</summary>
public abstract record EntryRefusal(string Reason)
{
    public sealed record NoType() : EntryRefusal("the entry has no type");

    public sealed record UnknownType(string Domain, string Type) : EntryRefusal($"no handler takes type '{Type}' of domain '{Domain}'");

    public sealed record MissingField(string Field) : EntryRefusal($"the entry has no {Field}");

    public sealed record BadField(string Field, string Fault) : EntryRefusal($"{Field} {Fault}");
}

/// <summary>An entry with what its id says about time.</summary>
/// <param name="Day">The calendar day in the configured zone.</param>
public sealed record DatedEntry(StreamEntry Entry, DateTimeOffset Time, DateOnly Day)
{
    /// <summary>UTC, ISO 8601 without offset; as texts they compare as the times do.</summary>
    public string TimeText => Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff");

    public static DatedEntry Of(StreamEntry entry, TimeZoneInfo zone)
    {
        var time = entry.Id.Time;
        return new DatedEntry(entry, time, DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, zone).DateTime));
    }
}

/// <summary>What one type of event of one domain does. Pure: the entry and the fields that it asked for in, changes out.</summary>
/// <param name="OrderKey">Entries of one key are handled in the order of their ids. Null: the entry belongs to no key.</param>
/// <param name="Reads">The fields that the decision has to know; empty for one that only counts.</param>
public sealed record EntryHandler(
    string Domain,
    string Type,
    Func<StreamEntry, string?> OrderKey,
    Func<StreamEntry, IReadOnlyList<StateRead>> Reads,
    Func<DatedEntry, StateView, Either<EntryRefusal, Changes>> Decide)
{
    /// <summary>One that only counts, of a user.</summary>
    public static EntryHandler OfUser(string domain, string type, Func<DatedEntry, string, Either<EntryRefusal, Changes>> decide) =>
        new(domain, type, Fields.UserOf, _ => [], (dated, _) => Fields.User(dated.Entry).Bind(user => decide(dated, user)));
}
