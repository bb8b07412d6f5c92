using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>The dead letters of a router under test.</summary>
static class RouterLetters
{
    public static LetterRecord Record(StoredLetter letter) => ((RecordReading.Readable)letter.Record).Record;

    public static async Task<StoredLetter> LetterAsync(this TestRouter router, string id) =>
        (await router.Letters.GetAsync(new DeadLetterKey(new Category("stream"), id))).Match(
            lookup => ((LetterLookup.Found)lookup).Letter, failure => throw new InvalidOperationException(failure.Message));

    public static async Task<Runtime.Delivering.ReplayOrder> OrderAsync(this TestRouter router, string id)
    {
        var letter = await router.LetterAsync(id);
        var route = new ReplayRoute(new RelayRoute("STREAM_ENTRY", "", new Category("stream")), e => e.Value);
        var delivery = DeadLetterDecisions.PlanReplay(letter, route, DateTimeOffset.UtcNow)
            .Match(Right: d => d, Left: refusal => throw new InvalidOperationException(refusal.Message));
        return new Runtime.Delivering.ReplayOrder(delivery, "test", Runtime.Delivering.Confirmation.None);
    }
}
