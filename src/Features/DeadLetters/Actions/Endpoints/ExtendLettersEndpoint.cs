using Hobom.Slices.Audit;
using Hobom.Slices.DeadLetters.Redis;

namespace Hobom.Slices.DeadLetters.Actions.Endpoints;

public sealed class ExtendLettersEndpoint(
    RedisDeadLetterStore store, LetterOwners owners, LetterFeed feed, AuditTrail trail, TimeProvider clock)
    : LetterCommandEndpoint(LetterAction.Extend, store, owners, feed, trail, clock)
{
    public override void Configure() =>
        Describe("Restart the 72 hours of dead letters", "None gets less time than it had; a held one stays held.");
}
