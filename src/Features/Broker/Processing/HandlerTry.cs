using System.Data.Common;
using Hobom.Slices.Broker.Stores;
using LanguageExt;

namespace Hobom.Slices.Broker.Processing;

/// <summary>One call of a handler in this process.</summary>
/// <param name="index">Its place among those that are tried together.</param>
sealed class HandlerTry(int index, HeldHandling held, Claimed claimed, TimeProvider clock)
{
    Task<Either<TryFailure, Unit>>? work;

    public int Index => index;

    public Claimed Claimed => claimed;

    public HeldHandling Held => held;

    /// <summary>Null where the handler was not called.</summary>
    public TimeSpan? Took { get; private set; }

    public bool WasCalled => work is not null;

    /// <summary>It was given up, and goes on all the same.</summary>
    public bool IsLeftBehind => work is { IsCompleted: false };

    /// <summary>It met another transaction, as a deadlock; alone it might not have.</summary>
    public bool HadConflict { get; private set; }

    public async Task<Either<TryFailure, Unit>> RunAsync(HandlerTransaction transaction, CancellationToken stopping)
    {
        // Its turn may have come late.
        if (held.IsLost(clock.GetUtcNow()) || stopping.IsCancellationRequested) return new TryFailure.Stopping();
        var begun = clock.GetTimestamp();
        var context = new HandlerContext(claimed.Event, held.Consumer.Name, claimed.Attempt, transaction);
        var result = await Containment.TryAsync(
            token => work = CallAsync(context, token), held.Consumer.Timeout, clock, stopping, held.Lost);
        if (WasCalled) Took = clock.GetElapsedTime(begun);
        return result;
    }

    async Task<Either<TryFailure, Unit>> CallAsync(HandlerContext context, CancellationToken stopping)
    {
        try
        {
            return await ((ConsumerPort.Handles)held.Port).Handle(context, stopping);
        }
        catch (Exception thrown) when (IsConflict(thrown))
        {
            HadConflict = true;
            throw;
        }
    }

    static bool IsConflict(Exception? thrown) =>
        thrown is DbException { IsTransient: true } || (thrown is not null && IsConflict(thrown.InnerException));
}
