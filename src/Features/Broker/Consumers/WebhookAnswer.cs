using LanguageExt;

namespace Hobom.Slices.Broker.Consumers;

/// <summary>What a receiver's answer means.</summary>
static class WebhookAnswer
{
    /// <summary>A receiver cannot ask for more: its events would wait as long as it likes.</summary>
    static readonly TimeSpan WaitLimit = TimeSpan.FromHours(1);

    public static Either<TryFailure, Unit> Judge(HttpResponseMessage answer, DateTimeOffset now)
    {
        var text = $"{(int)answer.StatusCode} {answer.ReasonPhrase}";
        var wait = Wait(answer, now);
        return (int)answer.StatusCode switch
        {
            >= 200 and < 300 => Unit.Default,
            >= 300 and < 400 => new TryFailure.ConsumerDown($"{text}: redirects are not followed") { Kind = FailureKind.WrongAddress },
            410 => new TryFailure.ConsumerGone(text) { Kind = FailureKind.Gone },
            401 or 402 or 403 or 407 => new TryFailure.ConsumerDown(text, wait) { Kind = FailureKind.Credentials },
            404 or 405 => new TryFailure.ConsumerDown(text, wait) { Kind = FailureKind.WrongAddress },
            429 => new TryFailure.ConsumerDown(text, wait) { Kind = FailureKind.Busy },
            503 when wait is not null => new TryFailure.ConsumerDown(text, wait) { Kind = FailureKind.Busy },
            400 or 413 or 414 or 415 or 422 or 431 => new TryFailure.Permanent(text) { Kind = FailureKind.Refused },
            _ => new TryFailure.Transient(text, wait) { Kind = FailureKind.ReceiverFailed },
        };
    }

    static TimeSpan? Wait(HttpResponseMessage answer, DateTimeOffset now)
    {
        var asked = answer.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - now,
            _ => (TimeSpan?)null,
        };
        return asked is not { } wait ? null : wait < TimeSpan.Zero ? TimeSpan.Zero : wait > WaitLimit ? WaitLimit : wait;
    }
}
