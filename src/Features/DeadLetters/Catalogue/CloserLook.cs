using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http.Masking;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.DeadLetters.Catalogue;

/// <summary>What of letters only a look at each tells.</summary>
/// <param name="Header">Stands in a header's name or value as readers see them, upper and lower case alike; null for any.</param>
/// <param name="NewerDelivered">A newer event of the record's key was delivered.</param>
public sealed record CloserFilter(string? Header, bool NewerDelivered)
{
    public bool IsEmpty => Header is null && !NewerDelivered;

    /// <summary>The same for everybody, so that no search tells a reader whether a masked text is there.</summary>
    public bool MatchesHeaders(LetterRecord record) => Header is null || JsonMask.MaskHeaders(record.Headers)
        .Any(h => $"{h.Name}: {h.Value}".Contains(Header, StringComparison.OrdinalIgnoreCase));
}

/// <param name="Next">Where the look goes on; null at the end.</param>
public sealed record CloserPage(IReadOnlyList<CatalogueLetter> Letters, LetterCursor? Next, int Looked);

/// <summary>Looks at letters one by one, so many at a time: Redis is asked for their headers, their flows for newer events.</summary>
public sealed class CloserLook(RedisDeadLetterStore store, LetterOwners flows, LetterCatalogue catalogue)
{
    public const int HeaderLimit = 500;
    public const int NewerLimit = 100;
    const int AtOnce = 20;

    /// <param name="after">A page's <see cref="CloserPage.Next"/>; null for the first.</param>
    public async Task<Either<StoreFailure, CloserPage>> PageAsync(LetterFilter filter, CloserFilter closer, LetterCursor? after)
    {
        var page = catalogue.Page(filter, closer.NewerDelivered ? NewerLimit : HeaderLimit, after);
        var found = new List<CatalogueLetter>();
        foreach (var some in page.Letters.Chunk(AtOnce))
        {
            foreach (var seen in await Task.WhenAll(some.Select(letter => IsMeantAsync(letter, closer))))
            {
                if (!seen.TryGetRight(out var letter, out var failure)) return failure;
                letter.IfSome(found.Add);
            }
        }

        return new CloserPage(found, page.Next, page.Letters.Count);
    }

    async Task<Either<StoreFailure, Option<CatalogueLetter>>> IsMeantAsync(CatalogueLetter letter, CloserFilter closer)
    {
        if (closer.NewerDelivered && !await HasNewerAsync(letter)) return Option<CatalogueLetter>.None;
        if (closer.Header is null) return Option<CatalogueLetter>.Some(letter);
        var lookup = letter.Summary.State is LetterState.Discarded
            ? await store.GetDiscardedAsync(letter.Key)
            : await store.GetAsync(letter.Key);
        return lookup.Map(found =>
            found is LetterLookup.Found { Letter.Record: RecordReading.Readable(var record) } && closer.MatchesHeaders(record)
                ? Option<CatalogueLetter>.Some(letter)
                : Option<CatalogueLetter>.None);
    }

    async Task<bool> HasNewerAsync(CatalogueLetter letter) =>
        letter.Summary.SharedKey is { } shared && await flows.NewerOfAsync(letter.Key, shared) is NewerEvent.Delivered;
}
