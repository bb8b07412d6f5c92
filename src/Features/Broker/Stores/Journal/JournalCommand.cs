using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hobom.Slices.Broker.Stores.Journal;

/// <summary>One call that changes the store, with all that decides what it does. Stored: words and names may grow, not change.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Begin), "begin")]
[JsonDerivedType(typeof(Append), "append")]
[JsonDerivedType(typeof(Route), "route")]
[JsonDerivedType(typeof(Claim), "claim")]
[JsonDerivedType(typeof(Renew), "renew")]
[JsonDerivedType(typeof(Close), "close")]
[JsonDerivedType(typeof(SaveConsumer), "save-consumer")]
[JsonDerivedType(typeof(SetState), "set-state")]
[JsonDerivedType(typeof(RemoveConsumer), "remove-consumer")]
[JsonDerivedType(typeof(Replay), "replay")]
[JsonDerivedType(typeof(Discard), "discard")]
[JsonDerivedType(typeof(Purge), "purge")]
[JsonDerivedType(typeof(SetSetting), "set-setting")]
[JsonDerivedType(typeof(Expire), "expire")]
[JsonDerivedType(typeof(NoteLetters), "note-letters")]
[JsonDerivedType(typeof(Revive), "revive")]
[JsonDerivedType(typeof(PutAside), "put-aside")]
[JsonDerivedType(typeof(Restore), "restore")]
[JsonDerivedType(typeof(PlanReplay), "plan-replay")]
[JsonDerivedType(typeof(SaveReplay), "save-replay")]
[JsonDerivedType(typeof(StepReplay), "step-replay")]
[JsonDerivedType(typeof(AddSchema), "add-schema")]
[JsonDerivedType(typeof(AppendAudit), "append-audit")]
[JsonDerivedType(typeof(BeginLast), "begin-last")]
abstract record JournalCommand
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    static readonly JsonSerializerOptions Packed = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Converters = { new TextBytesConverter() },
    };

    JournalCommand()
    {
    }

    /// <summary>Changes nothing.</summary>
    public sealed record Begin : JournalCommand;

    /// <param name="Events">Each as <see cref="EventJson"/> has it.</param>
    public sealed record Append(IReadOnlyList<byte[]> Events) : JournalCommand;

    public sealed record Route(int Limit, DateTimeOffset Now) : JournalCommand;

    public sealed record Claim(ClaimRequest Request) : JournalCommand;

    public sealed record Renew(IReadOnlyList<LeaseRef> Leases, DateTimeOffset Until) : JournalCommand;

    public sealed record Close(IReadOnlyList<ClosingText> Closings, DateTimeOffset Now) : JournalCommand;

    public sealed record SaveConsumer(ConsumerRow Consumer) : JournalCommand;

    public sealed record SetState(string Name, ConsumerStateText State) : JournalCommand;

    public sealed record RemoveConsumer(string Name, DateTimeOffset Now) : JournalCommand;

    public sealed record Replay(string Source, string Id, string Consumer, DateTimeOffset Now) : JournalCommand;

    public sealed record Discard(string Source, string Id, string Consumer, DateTimeOffset Now) : JournalCommand;

    public sealed record Purge(DateTimeOffset EndedBefore, int Limit) : JournalCommand;

    public sealed record SetSetting(string Slug, string Value, string By) : JournalCommand;

    public sealed record Expire(DateTimeOffset Before, DateTimeOffset Now, int Limit) : JournalCommand;

    public sealed record NoteLetters(IReadOnlyList<LetterNote> Notes) : JournalCommand;

    /// <param name="Edited">Null: the event's own payload.</param>
    public sealed record Revive(Guid HandlingId, byte[]? Edited, DateTimeOffset Now) : JournalCommand;

    public sealed record PutAside(Guid HandlingId, DateTimeOffset Now) : JournalCommand;

    public sealed record Restore(Guid HandlingId, DateTimeOffset Now) : JournalCommand;

    public sealed record PlanReplay(ReplayRow Row) : JournalCommand;

    /// <param name="Row">As it is after a change that was decided with all before it seen.</param>
    public sealed record SaveReplay(ReplayRow Row) : JournalCommand;

    public sealed record StepReplay(DateTimeOffset Now) : JournalCommand;

    public sealed record AddSchema(EventSchema Schema) : JournalCommand;

    /// <param name="Hash">Follows from the hash of the entry before, which whoever appends has seen.</param>
    public sealed record AppendAudit(string Entry, string Hash) : JournalCommand;

    public sealed record BeginLast(IReadOnlyList<LeaseRef> Leases) : JournalCommand;

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>For a storage that takes less at once; <see cref="Read"/> takes it too.</summary>
    public byte[] WriteZipped()
    {
        using var bytes = new MemoryStream();
        using (var zipped = new GZipStream(bytes, CompressionLevel.Optimal)) JsonSerializer.Serialize(zipped, this, Packed);
        return bytes.ToArray();
    }

    /// <exception cref="InvalidDataException">It is none that this build knows.</exception>
    public static JournalCommand Read(ReadOnlySpan<byte> written)
    {
        try
        {
            // No JSON begins so.
            var read = written is [0x1f, 0x8b, ..] ? Unzip(written.ToArray()) : JsonSerializer.Deserialize<JournalCommand>(written, Json);
            return read ?? throw new InvalidDataException("a command of the journal is null");
        }
        catch (Exception unknown) when (unknown is JsonException or NotSupportedException)
        {
            throw new InvalidDataException(
                $"a command of the journal is not known here, a newer build wrote it: {unknown.Message}", unknown);
        }
    }

    static JournalCommand? Unzip(byte[] written)
    {
        using var zipped = new GZipStream(new MemoryStream(written), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<JournalCommand>(zipped, Packed);
    }
}
