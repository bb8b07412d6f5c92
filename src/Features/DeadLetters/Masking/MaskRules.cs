using System.Collections.Frozen;
using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;

namespace Hobom.Slices.DeadLetters.Masking;

/// <summary>What is shown of payloads, by category: what each slice says of its own, and the fields of a refused outbox row.</summary>
public sealed class MaskRules(IEnumerable<(Category Category, PayloadRules Payloads)> slices)
{
    static readonly (string, Visibility)[] Row =
    [
        ("id", Visibility.Code), ("eventId", Visibility.Code), ("eventType", Visibility.Code), ("status", Visibility.Code),
        ("retryCount", Visibility.Code), ("sentAt", Visibility.Code), ("failedAt", Visibility.Code), ("lastError", Visibility.Text),
        ("version", Visibility.Code), ("createdAt", Visibility.Code), ("updatedAt", Visibility.Code),
    ];

    readonly FrozenDictionary<Category, Visibility> byCategory =
        slices.ToFrozenDictionary(s => s.Category, s => WithRow(s.Payloads.Shown, s.Payloads.RowShown));

    /// <summary>Of a category that no running slice has the names alone.</summary>
    public Visibility Of(Category category) => byCategory.GetValueOrDefault(category, Visibility.Names);

    /// <summary>A letter holds a value or, refused, the row. A record's own field counts over the row's.</summary>
    static Visibility WithRow(Visibility shown, Visibility rowShown) => shown switch
    {
        Visibility.Fields(var own) => Visibility.Of([.. Row, ("payload", rowShown), .. own.Select(f => (f.Key, f.Value))]),
        Visibility.Items(var item) => new Visibility.Items(WithRow(item, rowShown)),
        Visibility.Value => shown,
        _ => throw new UnreachableException($"nobody says what a row shows beside {shown}"),
    };
}
