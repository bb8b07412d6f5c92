using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;

namespace Hobom.Slices.Tests.Support;

public static class FoundRowsExtensions
{
    /// <summary>All rows that an outbox gives as PENDING, once the last part of them is here.</summary>
    public static async Task<Either<CallFailure, IReadOnlyList<TRow>>> WholeAsync<TRow>(
        this IAsyncEnumerable<Either<CallFailure, FoundRows<TRow>>> finding)
    {
        var rows = new List<TRow>();
        await foreach (var part in finding)
        {
            if (!part.TryGetRight(out var found, out var failure)) return failure;
            rows.AddRange(found.Rows);
        }

        return rows;
    }
}
