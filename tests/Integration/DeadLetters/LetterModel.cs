using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Letters;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>A letter as a dictionary with a time to live has it.</summary>
/// <param name="Expires">Null where it is held; of a discarded letter, when the discard is final.</param>
public sealed record ModelLetter(string Payload, int Attempts, bool Failed, bool Foreign, DateTimeOffset? Expires, bool Discarded = false, bool WasHeld = false)
{
    public LetterState State =>
        Discarded ? LetterState.Discarded : Failed || Foreign ? LetterState.Open : LetterState.Provisional;
}

/// <summary>What the store should be: small enough to be seen to be right.</summary>
public static class LetterModel
{
    static readonly TimeSpan Life = TimeSpan.FromHours(72);

    public static ModelLetter Save(ModelLetter? letter, string payload, DateTimeOffset now)
    {
        var left = letter is null or { Discarded: true } ? Life : letter.Expires - now;
        return new ModelLetter(
            payload, (letter?.Attempts ?? 0) + 1, Failed: false, Foreign: false, left is null ? null : now + (left > Life ? left : Life));
    }

    /// <returns>What the order makes of the letter; the same where it does nothing, or refuses.</returns>
    public static ModelLetter? Act(ModelLetter? letter, LetterAction action, DateTimeOffset now) => (letter, action) switch
    {
        (null, _) => null,
        ({ Discarded: true }, LetterAction.Restore) => letter with { Discarded = false, WasHeld = false, Expires = letter.WasHeld ? null : now + Life },
        ({ Discarded: true }, _) or (_, LetterAction.Restore) => letter,
        (_, LetterAction.Discard) => letter.State == LetterState.Provisional
            ? letter
            : letter with { Discarded = true, WasHeld = letter.Expires is null, Expires = now + TimeSpan.FromHours(24) },
        (_, LetterAction.Hold) => letter with { Expires = null },
        ({ Expires: null }, LetterAction.Extend) => letter,
        (_, LetterAction.Extend) => letter with { Expires = letter.Expires > now + Life ? letter.Expires : now + Life },
        ({ Expires: null }, _) => letter with { Expires = now + Life },
        _ => letter,
    };
}
