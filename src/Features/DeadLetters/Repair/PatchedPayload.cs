using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.DeadLetters.Repair;

/// <summary>What a patch makes of a letter's payload, as far as its flow takes it.</summary>
public static class PatchedPayload
{
    /// <param name="heldRow">Whether the letter is about a refused row.</param>
    /// <returns>Left: the first reason against it.</returns>
    public static Either<string, ReadOnlyMemory<byte>> Of(
        ReadOnlyMemory<byte> payload, JsonPatch patch, PayloadRules rules, DeadLetterKey key, bool heldRow) =>
        patch.Apply(payload).TryGetRight(out var patched, out var fault) ? rules.ValueOf(patched, key.Id, heldRow) : fault.ToString();
}
