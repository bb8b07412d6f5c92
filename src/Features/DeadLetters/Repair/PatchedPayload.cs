using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.DeadLetters;

/// <summary>What a patch makes of a letter's payload, as far as its flow takes it.</summary>
public static class PatchedPayload
{
    /// <param name="check">The flow's own: why the payload may not go out, or null.</param>
    /// <returns>Left: the first reason against it.</returns>
    public static Either<string, byte[]> Of(
        ReadOnlyMemory<byte> payload, JsonPatch patch, Func<ReadOnlyMemory<byte>, string?> check)
    {
        if (!patch.Apply(payload).Succeeded(out var patched, out var fault)) return fault.ToString();
        return check(patched) is { } refused ? refused : patched;
    }
}
