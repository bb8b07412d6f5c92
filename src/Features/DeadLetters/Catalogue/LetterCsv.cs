using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.Http;

namespace Hobom.Slices.DeadLetters.Catalogue;

/// <summary>Letters as lines for a spreadsheet.</summary>
static class LetterCsv
{
    static readonly string[] Columns =
    [
        "key", "category", "id", "eventType", "stage", "class", "state", "error", "attempts", "maybeWritten", "payloadBytes",
        "firstFailedAt", "lastFailedAt", "expiresAt", "code", "lastAction", "lastActionBy", "lastActionAt", "kind",
    ];

    public static byte[] Of(IEnumerable<LetterView> letters) => Csv.Of(
        Columns,
        letters.Select(l => (string?[])
        [
            l.Key, l.Category, l.Id, l.EventType, l.Stage, l.Class, l.State, l.Unreadable ?? l.Error, $"{l.AttemptCount}",
            l.MaybeWritten ? "true" : "false", $"{l.PayloadBytes}", Csv.Time(l.FirstFailedAt), Csv.Time(l.LastFailedAt),
            Csv.Time(l.ExpiresAt), l.Code, l.LastAction?.Action, l.LastAction?.By, Csv.Time(l.LastAction?.At),
            l.Kind,
        ]));
}
