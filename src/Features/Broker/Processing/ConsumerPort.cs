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
    public sealed record Sends(Func<Claimed, Consumer, CancellationToken, Task<Either<TryFailure, Unit>>> Send) : ConsumerPort;

    /// <summary>To C# in this process, inside the store's transaction: the effect and the end of the handling are one.</summary>
    public sealed record Handles(Func<HandlerContext, CancellationToken, Task<Either<TryFailure, Unit>>> Handle) : ConsumerPort;
}

/// <param name="Attempt">From 1.</param>
/// <param name="Transaction">What is written through it commits with the end of the handling, or not at all.</param>
public sealed record HandlerContext(BrokerEvent Event, string Consumer, int Attempt, HandlerTransaction Transaction);
