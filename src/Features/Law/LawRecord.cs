using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Law;
using static Hobom.Slices.Core.RecordField;

namespace Hobom.Slices.Law;

/// <summary>
/// A law change as its dead letter holds it, each name always there. Laws are public; the detectors read them all the
/// same.
/// </summary>
public static class LawRecord
{
    public static RecordShape<LawArticleChange> Change { get; } = new(
        "the article change",
        Text<LawArticleChange>("articleNo", Visibility.Code, c => c.ArticleNo),
        Text<LawArticleChange>("changeType", Visibility.Code, c => c.ChangeType),
        Text<LawArticleChange>("before", Visibility.Text, c => c.Before),
        Text<LawArticleChange>("after", Visibility.Text, c => c.After));

    public static RecordShape<LawChangedPayload> Shape { get; } = new(
        "the law change",
        Text<LawChangedPayload>("diffId", Visibility.Code, p => p.DiffId),
        List<LawChangedPayload, LawArticleChange>("changes", Change, p => p.Changes));
}
