using System.Collections.Frozen;
using Hobom.Slices.Core;

namespace Hobom.Slices.DeadLetters.Masking;

/// <summary>How a value of a payload is shown. What does not have the form that its rule speaks of is hidden.</summary>
abstract record MaskRule
{
    MaskRule()
    {
    }

    public static readonly MaskRule Hide = new Hiding();

    /// <summary>A word, number, time or identifier.</summary>
    public static readonly MaskRule Code = new Scalar(PayloadMask.MaskCode, Numbers: true);

    /// <summary>Free text, through all detectors.</summary>
    public static readonly MaskRule Text = new Scalar(PayloadMask.MaskText, Numbers: false);

    public static readonly MaskRule Path = new Scalar(PayloadMask.MaskPath, Numbers: false);

    /// <summary>An object of which only the names are shown.</summary>
    public static readonly MaskRule Names = new Object(FrozenDictionary<string, MaskRule>.Empty);

    public sealed record Hiding : MaskRule;

    public sealed record Scalar(Func<string, string> Mask, bool Numbers) : MaskRule;

    /// <summary>An object; of fields that are not listed only the names are shown.</summary>
    public sealed record Object(FrozenDictionary<string, MaskRule> Fields) : MaskRule;

    /// <summary>An array, or one element without its array.</summary>
    public sealed record Items(MaskRule Item) : MaskRule;
}

/// <summary>The fields that are shown, by category: the records' own fields, and those of a refused outbox row.</summary>
static class MaskRules
{
    static readonly (string, MaskRule)[] Row =
    [
        ("id", MaskRule.Code), ("eventId", MaskRule.Code), ("eventType", MaskRule.Code), ("status", MaskRule.Code),
        ("retryCount", MaskRule.Code), ("sentAt", MaskRule.Code), ("failedAt", MaskRule.Code), ("lastError", MaskRule.Text),
        ("version", MaskRule.Code), ("createdAt", MaskRule.Code), ("updatedAt", MaskRule.Code),
    ];

    /// <summary>Hidden: body, recipient and senderId.</summary>
    static readonly (string, MaskRule)[] Message = [("type", MaskRule.Code), ("title", MaskRule.Text), ("sentAt", MaskRule.Code)];

    /// <summary>Hidden: userId, and every value of a request's query, body and headers.</summary>
    static readonly (string, MaskRule)[] Log =
    [
        ("serviceType", MaskRule.Code), ("level", MaskRule.Code), ("traceId", MaskRule.Code), ("message", MaskRule.Text),
        ("httpMethod", MaskRule.Code), ("method", MaskRule.Code), ("path", MaskRule.Path), ("statusCode", MaskRule.Code),
        ("host", MaskRule.Text),
    ];

    static readonly MaskRule LogDetail = Fields(
        ("query", MaskRule.Names), ("body", MaskRule.Names), ("headers", MaskRule.Names), ("error", MaskRule.Text));

    static readonly MaskRule LogObject = Fields([.. Row, .. Log, ("payload", Fields([.. Log, ("payload", LogDetail)]))]);

    /// <summary>Hidden: actorId.</summary>
    static readonly (string, MaskRule)[] SpaceEvent =
    [
        ("entityType", MaskRule.Code), ("action", MaskRule.Code), ("spaceKey", MaskRule.Code), ("pageId", MaskRule.Code),
        ("title", MaskRule.Text),
    ];

    /// <summary>Laws are public; the detectors read them all the same.</summary>
    static readonly (string, MaskRule)[] LawChange =
    [
        ("diffId", MaskRule.Code),
        ("changes", new MaskRule.Items(Fields(
            ("articleNo", MaskRule.Code), ("changeType", MaskRule.Code), ("before", MaskRule.Text), ("after", MaskRule.Text)))),
    ];

    static readonly FrozenDictionary<string, MaskRule> ByCategory = new Dictionary<string, MaskRule>(StringComparer.Ordinal)
    {
        ["menu"] = WithRow(Message),
        ["log"] = new MaskRule.Items(LogObject),
        ["space-log"] = new MaskRule.Items(LogObject),
        ["space"] = WithRow(SpaceEvent),
        ["law"] = WithRow(LawChange),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Of a category that is not listed the names alone.</summary>
    public static MaskRule Of(Category category) => ByCategory.GetValueOrDefault(category.Name, MaskRule.Names);

    static MaskRule.Object WithRow((string, MaskRule)[] own) => Fields([.. Row, .. own, ("payload", Fields(own))]);

    /// <summary>Where a name stands twice the last counts: a record's own field over the row's.</summary>
    static MaskRule.Object Fields(params (string Name, MaskRule Rule)[] fields) => new(
        fields.GroupBy(f => f.Name, f => f.Rule, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal));
}
