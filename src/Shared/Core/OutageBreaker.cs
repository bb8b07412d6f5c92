namespace Hobom.Slices.Core;

/// <summary>
/// Keeps an outage of the broker from becoming dead letters: letters expire, outages do not know it.
/// After <see cref="LetterLimit"/> events in a row were given up because the broker could not be reached,
/// the rest stay PENDING, and each visit sends one event ahead to ask whether it is back.
/// </summary>
public readonly record struct OutageBreaker(int GivenUpInARow)
{
    /// <summary>Letters that one outage may make, per flow.</summary>
    public const int LetterLimit = 5;

    public bool IsOpen => GivenUpInARow >= LetterLimit;

    /// <summary>As at the start, and after any delivery.</summary>
    public static OutageBreaker Closed => default;

    /// <summary>An answer of the broker, even a refusal, shows that it is there; no answer shows nothing.</summary>
    public OutageBreaker AfterGivenUp(PublishFailure last) => last switch
    {
        PublishFailure.Transient { BrokerUnreachable: true } => new OutageBreaker(GivenUpInARow + 1),
        PublishFailure.Unknown => this,
        _ => Closed,
    };
}
