using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>What is noted lastingly before records go out, and once the visit has ended.</summary>
sealed class VisitStart(DeliveryLedger ledger, LetterPort letters, VisitCounters tally)
{
    /// <summary>
    /// Notes that these events go out now, and finds the letters that earlier visits left for them; null where Redis is
    /// away: then nothing goes out, because a crash would make the next process double it.
    /// </summary>
    public async Task<IReadOnlySet<DeadLetterKey>?> BeginAsync(Either<Refusal, Delivery>[] chunk)
    {
        CarriedEvent[] events = [.. EventsOf(chunk)];
        var ids = Array.ConvertAll(events, e => e.Id);
        var beginning = ledger.BeginAsync(ids);
        var finding = letters.FindExisting([.. events.Select(e => e.LetterKey)]);
        var begun = await beginning;
        var existing = await finding;
        if (begun.TryGetRight(out _, out var failure) && existing.TryGetRight(out var there, out failure)) return there;
        tally.Problem(VisitStage.Redis, $"Redis: {failure.Message}");
        ledger.ForgetUnwritten(ids);
        return null;
    }

    /// <summary>They do not go out after all.</summary>
    public void Forget(Either<Refusal, Delivery>[] chunk) => ledger.ForgetUnwritten([.. EventsOf(chunk).Select(e => e.Id)]);

    public Task EndAsync() => ledger.FlushAsync();

    static IEnumerable<CarriedEvent> EventsOf(Either<Refusal, Delivery>[] chunk)
    {
        foreach (var step in chunk)
        {
            if (!step.TryGetRight(out var delivery, out _)) continue;
            foreach (var carried in delivery.Events) yield return carried;
        }
    }
}
