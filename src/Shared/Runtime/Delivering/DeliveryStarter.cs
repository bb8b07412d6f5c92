using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>
/// Starts the deliveries of one visit in order, as many at a time as the window lets in; one at most while the topic is away.
/// </summary>
/// <param name="mayHaveBeenWritten">Of an event, by an earlier visit.</param>
/// <param name="backendAway">Nothing could be marked.</param>
sealed class DeliveryStarter(
    DeliveryAttempts attempts, Settler settler, TopicAccess topic, DeliveryWindow window, Func<EventId, bool> mayHaveBeenWritten,
    Func<bool> backendAway, CancellationToken stopping)
{
    bool probed;

    public bool MustNotBegin() => stopping.IsCancellationRequested || backendAway() || (topic.IsAway && probed);

    public Task WhenEmptyAsync() => window.WhenEmptyAsync();

    /// <param name="letters">Letters that earlier visits left behind.</param>
    public async Task StartAsync(Either<Refusal, Delivery>[] chunk, IReadOnlySet<DeadLetterKey> letters)
    {
        foreach (var step in topic.IsAway ? ProbeFirst(chunk) : chunk)
        {
            if (step.TryGetRight(out var delivery, out var refusal)) await StartAsync(delivery, letters);
            else
            {
                await window.EnterAsync(1, refusal.Raw.Length);
                _ = attempts.RefuseAsync(refusal);
            }
        }
    }

    async Task StartAsync(Delivery delivery, IReadOnlySet<DeadLetterKey> letters)
    {
        if (!topic.IsAway)
        {
            await window.EnterAsync(delivery.Events.Count, delivery.Value.Length);
            if (!stopping.IsCancellationRequested)
            {
                _ = attempts.DeliverAsync(delivery, letters, probe: false);
                return;
            }

            settler.Leave(delivery);
            window.Leave(delivery.Events.Count, delivery.Value.Length);
            return;
        }

        await window.WhenEmptyAsync();
        if (probed)
        {
            settler.Leave(delivery);
            return;
        }

        probed = true;
        await window.EnterAsync(delivery.Events.Count, delivery.Value.Length);
        var told = await attempts.DeliverAsync(delivery, letters, probe: true);
        // What is refused for itself says nothing of the topic: the next one asks.
        probed = told && topic.IsAway;
    }

    /// <summary>The chunk with the record in front that is to ask.</summary>
    Either<Refusal, Delivery>[] ProbeFirst(Either<Refusal, Delivery>[] chunk)
    {
        Delivery[] records = [.. chunk.SelectMany(step => step.RightToArray())];
        if (records.Length == 0) return chunk;
        var probe = topic.ProbeAmong(records, d => d.Events.Any(e => mayHaveBeenWritten(e.Id)));
        return [probe, .. chunk.Where(step => !step.Exists(d => ReferenceEquals(d, probe)))];
    }
}
