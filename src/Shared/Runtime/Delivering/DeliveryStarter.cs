using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>
/// Starts the deliveries of one visit in order, as many at a time as the window lets in; one at most while the topic is away.
/// </summary>
/// <param name="mayHaveBeenWritten">Of an event, by an earlier visit.</param>
/// <param name="backendAway">Nothing could be marked.</param>
sealed class DeliveryStarter(
    DeliveryAttempts attempts, Settler settler, TopicAccess topic, DeliveryWindow window, Func<EventId, bool> mayHaveBeenWritten,
    Func<bool> backendAway, VisitPoll poll, CancellationToken stopping)
{
    bool probed;

    public bool MustNotBegin() => stopping.IsCancellationRequested || backendAway() || (topic.IsAway && probed);

    public Task WhenEmptyAsync() => window.WhenEmptyAsync();

    /// <summary>What a step takes of the window: its rows, and its bytes.</summary>
    public static (int Weight, long Size) ShareOf(Either<Refusal, Delivery> step) =>
        step.TryGetRight(out var delivery, out var refusal) ? (delivery.Events.Count, delivery.Value.Length) : (1, refusal.Raw.Length);

    /// <summary>They go out together: of what the client gets at once it makes large batches.</summary>
    /// <param name="letters">Letters that earlier visits left behind.</param>
    public async Task StartAsync(Either<Refusal, Delivery>[] chunk, IReadOnlySet<DeadLetterKey> letters)
    {
        if (topic.IsAway)
        {
            await StartOneByOneAsync(ProbeFirst(chunk), letters);
            return;
        }

        await EnterAsync(chunk);
        for (var at = 0; at < chunk.Length; at++)
        {
            if (topic.IsAway)
            {
                foreach (var step in chunk.Skip(at)) Leave(step);
                await StartOneByOneAsync(ProbeFirst(chunk[at..]), letters);
                return;
            }

            Start(chunk[at], letters);
        }
    }

    Task EnterAsync(Either<Refusal, Delivery>[] chunk)
    {
        var (weight, size) = (0, 0L);
        foreach (var step in chunk)
        {
            var share = ShareOf(step);
            (weight, size) = (weight + share.Weight, size + share.Size);
        }

        return window.EnterAsync(weight, size, chunk.Length);
    }

    void Leave(Either<Refusal, Delivery> step)
    {
        var (weight, size) = ShareOf(step);
        window.Leave(weight, size);
    }

    void Start(Either<Refusal, Delivery> step, IReadOnlySet<DeadLetterKey> letters)
    {
        if (!step.TryGetRight(out var delivery, out var refusal)) _ = attempts.RefuseAsync(refusal);
        else if (!stopping.IsCancellationRequested) _ = DeliverAsync(delivery, letters, probe: false);
        else
        {
            settler.Leave(delivery);
            Leave(step);
        }
    }

    async Task StartOneByOneAsync(Either<Refusal, Delivery>[] chunk, IReadOnlySet<DeadLetterKey> letters)
    {
        foreach (var step in chunk)
        {
            if (topic.IsAway && step.TryGetRight(out var delivery, out _)) await ProbeAsync(delivery, letters);
            else
            {
                await EnterAsync([step]);
                Start(step, letters);
            }
        }
    }

    async Task ProbeAsync(Delivery delivery, IReadOnlySet<DeadLetterKey> letters)
    {
        await window.WhenEmptyAsync();
        if (probed)
        {
            settler.Leave(delivery);
            return;
        }

        probed = true;
        await window.EnterAsync(delivery.Events.Count, delivery.Value.Length);
        var told = await DeliverAsync(delivery, letters, probe: true);
        // What is refused for itself says nothing of the topic: the next one asks.
        probed = told && topic.IsAway;
    }

    Task<bool> DeliverAsync(Delivery delivery, IReadOnlySet<DeadLetterKey> letters, bool probe) =>
        EventTrace.IsListenedTo ? DeliverTracedAsync(delivery, letters, probe) : attempts.DeliverAsync(delivery, letters, probe);

    async Task<bool> DeliverTracedAsync(Delivery delivery, IReadOnlySet<DeadLetterKey> letters, bool probe)
    {
        using var work = poll.StartWork(delivery);
        return await attempts.DeliverAsync(delivery, letters, probe);
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
