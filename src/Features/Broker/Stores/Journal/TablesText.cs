using System.IO.Compression;
using System.Text.Json;

namespace Hobom.Slices.Broker.Stores.Journal;

/// <summary>All that a store holds, as one piece. Stored: what the tables have must be here too, or it is lost with the commands.</summary>
sealed record TablesText(
    long LastSequence, long LastRoutedNo, long LastPosition, IReadOnlyList<RowText> Rows, IReadOnlyList<ConsumerRow> Consumers,
    IReadOnlyDictionary<string, string> Settings)
{
    public IReadOnlyList<ReplayRow> Replays { get; init; } = [];

    public IReadOnlyList<EventSchema> Schemas { get; init; } = [];

    public IReadOnlyList<AuditLine> Audit { get; init; } = [];

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public byte[] Write()
    {
        using var bytes = new MemoryStream();
        using (var zipped = new GZipStream(bytes, CompressionLevel.Fastest)) JsonSerializer.Serialize(zipped, this, Json);
        return bytes.ToArray();
    }

    public static TablesText Read(byte[] bytes)
    {
        using var zipped = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<TablesText>(zipped, Json) ?? throw new InvalidDataException("the kept state is null");
    }
}

/// <param name="Event">As <see cref="EventJson"/> has it.</param>
/// <param name="Handlings">In the order in which they were made.</param>
sealed record RowText(
    Guid RowId, long Sequence, byte[] Event, bool IsRouted, long? RoutedNo, DateTimeOffset? NoConsumerSince,
    IReadOnlyList<HandlingText> Handlings)
{
    public DateTimeOffset? ExpiredAt { get; init; }
}
