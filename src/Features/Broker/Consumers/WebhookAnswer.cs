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
            >= 300 and < 400 => new TryFailure.ConsumerDown($"{text}: redirects are not followed"),
            410 => new TryFailure.ConsumerGone(text),
            401 or 402 or 403 or 404 or 405 or 407 => new TryFailure.ConsumerDown(text, wait),
            429 => new TryFailure.ConsumerDown(text, wait),
            503 when wait is not null => new TryFailure.ConsumerDown(text, wait),
            400 or 413 or 414 or 415 or 422 or 431 => new TryFailure.Permanent(text),
            _ => new TryFailure.Transient(text, wait),
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
