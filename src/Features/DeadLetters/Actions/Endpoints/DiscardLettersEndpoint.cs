using Hobom.Slices.Audit;
using Hobom.Slices.DeadLetters.Redis;

namespace Hobom.Slices.DeadLetters.Actions.Endpoints;

public sealed class DiscardLettersEndpoint(
    RedisDeadLetterStore store, LetterOwners owners, LetterFeed feed, AuditTrail trail, TimeProvider clock)
    : LetterCommandEndpoint(LetterAction.Discard, store, owners, feed, trail, clock)
{
    public override void Configure() =>
        Describe(
            "Discard dead letters",
            "The reason is required. They are put aside for 24 hours and can be restored; their rows stay FAILED. A provisional letter, "
            + "whose row is still PENDING, is refused.");
}
