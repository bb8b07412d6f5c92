using Hobom.Slices.Bench.HotPieces;

namespace Hobom.Slices.Tests.Fast;

/// <summary>Not beside others: a test that listens to traces makes every event dearer.</summary>
[CollectionDefinition(nameof(ByItself), DisableParallelization = true)]
public static class ByItself;

/// <summary>
/// What each piece of the hot path allocates for an event, in bytes, and no more: a closure or a copy that slips in is seen here
/// and not under load. The time of the same pieces: <c>dotnet run --project bench/HotPieces -c Release</c>.
/// </summary>
[Collection(nameof(ByItself))]
public sealed class HotPieceMemoryTests
{
    const int WarmUps = 3;
    const int Runs = 5;

    static readonly RelayPieces Relay = new();
    static readonly EventPieces Events = new();

    /// <summary>The most that is kept to: what was measured and some room, for the compiler takes more before it has warmed up.</summary>
    public static TheoryData<string, int, int> Bounds => new()
    {
        { nameof(RelayPieces.DecodeFindAnswer), RelayPieces.Rows, 3_900 },
        { nameof(RelayPieces.WriteMessage), RelayPieces.Rows, 1_150 },
        { nameof(RelayPieces.WriteSpaceEvent), RelayPieces.Rows, 740 },
        { nameof(RelayPieces.WriteLogs), RelayPieces.Rows, 2_300 },
        { nameof(RelayPieces.MakeKafkaRecord), RelayPieces.Rows, 560 },
        { nameof(RelayPieces.DeliverAndSettle), RelayPieces.Rows, 5_300 },
        { nameof(EventPieces.MatchPatterns), EventPieces.Events, 80 },
        { nameof(EventPieces.RouteStreamEntry), EventPieces.Events, 5_400 },
    };

    [Theory]
    [MemberData(nameof(Bounds))]
    public void A_piece_allocates_no_more_for_an_event_than_it_may(string piece, int events, int bytesAtMost) =>
        OnOneThread.Run(() =>
        {
            var run = PieceNamed(piece);
            for (var i = 0; i < WarmUps; i++) Assert.Equal(events, run());
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Runs; i++) run();
            var each = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)(Runs * events);
            Assert.True(each > 0 && each <= bytesAtMost, $"{piece}: {each:F0} bytes an event, {bytesAtMost} at most");
        });

    static Func<int> PieceNamed(string name) => name switch
    {
        nameof(RelayPieces.DecodeFindAnswer) => Relay.DecodeFindAnswer,
        nameof(RelayPieces.WriteMessage) => Relay.WriteMessage,
        nameof(RelayPieces.WriteSpaceEvent) => Relay.WriteSpaceEvent,
        nameof(RelayPieces.WriteLogs) => Relay.WriteLogs,
        nameof(RelayPieces.MakeKafkaRecord) => Relay.MakeKafkaRecord,
        nameof(RelayPieces.DeliverAndSettle) => Relay.DeliverAndSettle,
        nameof(EventPieces.MatchPatterns) => Events.MatchPatterns,
        nameof(EventPieces.RouteStreamEntry) => Events.RouteStreamEntry,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
