using LanguageExt;

namespace Hobom.Slices.Streams;

/// <summary>The fields that the domains share.</summary>
public static class Fields
{
    public const string UserId = "user_id";
    public const string JobId = "job_id";

    public static string? UserOf(StreamEntry entry) => entry.Text(UserId);

    public static Either<EntryRefusal, string> User(StreamEntry entry) => Name(entry, UserId);

    /// <summary>A field that becomes part of a state's key.</summary>
    public static Either<EntryRefusal, string> Name(StreamEntry entry, string field)
    {
        if (entry.Field(field) is not { Bytes.Length: > 0 } given) return new EntryRefusal.MissingField(field);
        if (given.Text is null) return new EntryRefusal.BadField(field, "is no UTF-8 text");
        if (given.Bytes.Length > StateKey.IdByteLimit)
            return new EntryRefusal.BadField(field, $"is {given.Bytes.Length} bytes long, and {StateKey.IdByteLimit} is the limit");
        return given.Text;
    }

    /// <summary>None where the entry does not have the field at all.</summary>
    public static Either<EntryRefusal, Option<string>> OptionalName(StreamEntry entry, string field) =>
        entry.Field(field) is null ? Option<string>.None : Name(entry, field).Map(Option<string>.Some);
}
