using Hobom.Slices.Audit;
using Hobom.Slices.DeadLetters.Redis;

namespace Hobom.Slices.DeadLetters.Actions.Endpoints;

public sealed class HoldLettersEndpoint(
    RedisDeadLetterStore store, LetterOwners owners, LetterFeed feed, AuditTrail trail, TimeProvider clock)
    : LetterCommandEndpoint(LetterAction.Hold, store, owners, feed, trail, clock)
{
    public override void Configure() => Describe("Hold dead letters", "They do not expire until they are released.");
}
