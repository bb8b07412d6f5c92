using Hobom.Slices.Broker.Stores;
using LanguageExt;

namespace Hobom.Slices.Broker.Processing;

/// <summary>How this process gives an event to a consumer.</summary>
public abstract record ConsumerPort
{
    ConsumerPort()
    {
    }

    /// <summary>To a receiver elsewhere, once or more: its effect and the end of the handling are two things.</summary>
    public sealed record Sends(Func<Sending, CancellationToken, Task<Either<TryFailure, Unit>>> Send) : ConsumerPort
    {
        /// <summary>
        /// Asked before it is sent: whether the receiver has it already. It may take longer than a try; null where nobody can say.
        /// </summary>
        public Func<Claimed, Consumer, CancellationToken, Task<Either<TryFailure, bool>>>? FindSent { get; init; }
    }

    /// <summary>To C# in this process, inside the store's transaction: the effect and the end of the handling are one.</summary>
    public sealed record Handles(Func<HandlerContext, CancellationToken, Task<Either<TryFailure, Unit>>> Handle) : ConsumerPort;
}

/// <summary>One event on its way to a receiver.</summary>
/// <param name="IsLost">
/// Another process has the handling, or may have it: to be asked right before it goes out, where that is not at once.
/// </param>
public sealed record Sending(Claimed Claimed, Consumer Consumer, Func<bool> IsLost);

/// <param name="Attempt">From 1.</param>
/// <param name="Transaction">What is written through it commits with the end of the handling, or not at all.</param>
public sealed record HandlerContext(BrokerEvent Event, string Consumer, int Attempt, HandlerTransaction Transaction);
