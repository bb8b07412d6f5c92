using Hobom.Slices.Audit;
using Hobom.Slices.DeadLetters.Redis;

namespace Hobom.Slices.DeadLetters.Actions.Endpoints;

public sealed class RestoreLettersEndpoint(
    RedisDeadLetterStore store, LetterOwners owners, LetterFeed feed, AuditTrail trail, TimeProvider clock)
    : LetterCommandEndpoint(LetterAction.Restore, store, owners, feed, trail, clock)
{
    public override void Configure() =>
        Describe("Restore discarded dead letters", "Undoes a discard of the last 24 hours; they get 72 hours anew, or stay held.");
}
