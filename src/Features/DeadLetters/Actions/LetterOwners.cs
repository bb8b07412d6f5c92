using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.DeadLetters.Actions;

/// <summary>
/// The flows whose letters show what they keep themselves. What a person does to such a letter is done there first: should
/// the letter not follow, the flow puts it right.
/// </summary>
public sealed class LetterOwners(IReadOnlyList<Slice> slices)
{
    /// <summary>Whether a later event of a letter's record key was delivered, as its flow knows.</summary>
    public Task<NewerEvent> NewerOfAsync(DeadLetterKey key, string recordKey) =>
        slices.FirstOrDefault(s => s.Route.Category == key.Category) is { Work: var work }
            ? work.NewerOf(key, recordKey)
            : Task.FromResult<NewerEvent>(new NewerEvent.NotKept());

    /// <summary>Null where the flow has done its part, or has none.</summary>
    public async Task<string?> RefusalAsync(LetterAction action, DeadLetterKey key)
    {
        if (slices.FirstOrDefault(s => s.Route.Category == key.Category) is not { Work: var work }) return null;
        var done = action switch
        {
            LetterAction.Discard => await work.PutAside(key),
            LetterAction.Restore => await work.Restore(key),
            LetterAction.Hold or LetterAction.Extend or LetterAction.Release => Unit.Default,
            _ => throw new UnreachableException($"{action}"),
        };
        return done.MatchUnsafe<string?>(_ => null, reason => reason);
    }
}
