using Hobom.Slices.Audit;
using Hobom.Slices.DeadLetters.Redis;

namespace Hobom.Slices.DeadLetters.Actions.Endpoints;

public sealed class ReleaseLettersEndpoint(
    RedisDeadLetterStore store, LetterOwners owners, LetterFeed feed, AuditTrail trail, TimeProvider clock)
    : LetterCommandEndpoint(LetterAction.Release, store, owners, feed, trail, clock)
{
    public override void Configure() =>
        Describe("Release held dead letters", "They expire 72 hours from now; one that was not held keeps its time.");
}
