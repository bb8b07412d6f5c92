using System.Globalization;
using Hobom.Slices.Sandbox.Shop;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Hobom.Slices.Sandbox.Watch;

/// <summary>Turns a reading into a page for a terminal, or a line for a log.</summary>
public static class Screen
{
    private const int ReasonLimit = 100;

    public static IRenderable Page(Reading now, Reading? earlier, string notes) => new Spectre.Console.Rows(
    [
        new Text($"Hobom.Slices sandbox, {now.Elapsed.TotalSeconds:0} s"),
        now.Rows is { } rows
            ? Table(
                ["rows", "pending", "sent", "failed", "settled/s"],
                rows.Events.Select(row => (string[])
                    [row.EventType, $"{row.Pending}", $"{row.Sent}", $"{row.Failed}", Rate(row.SettledPerSecond)]))
            : new Text("the sandbox does not answer"),
        now.Topics is { } topics
            ? Table(
                ["Kafka topic", "records", "per second"],
                topics.OrderBy(topic => topic.Key, StringComparer.Ordinal).Select(topic => (string[])
                    [topic.Key, $"{topic.Value}", Rate(now.TopicRate(topic.Key, earlier))]))
            : new Text("the broker does not answer"),
        .. now.Shop is { } shop ? [new Text($"the broker: {Shop(shop)}")] : Array.Empty<IRenderable>(),
        new Text($"dead letters: {Letters(now)}"),
        .. now.Rows?.LastFailures.Select(failure => new Text($"  {failure.EventType,-12} {OneLine(failure.Reason)}")) ?? [],
        new Text(notes),
    ]);

    public static string Line(Reading now, Reading? earlier)
    {
        var topics = now.Topics is { } known
            ? string.Join(", ", known.OrderBy(topic => topic.Key).Select(topic =>
                $"{topic.Key} {topic.Value} ({Rate(now.TopicRate(topic.Key, earlier))}/s)"))
            : "the broker does not answer";
        return $"{now.Elapsed.TotalSeconds,4:0} s  pending {now.Pending}  sent {now.Sent}  failed {now.Failed}"
            + $" | {(topics.Length > 0 ? topics : "no topic yet")} | dead letters {Letters(now)}"
            + (now.Shop is { } shop ? $" | broker: {Shop(shop)}" : "");
    }

    private static Table Table(string[] head, IEnumerable<string[]> rows)
    {
        var table = new Table { Border = TableBorder.Horizontal };
        foreach (var (column, name) in head.Index())
            table.AddColumn(new TableColumn(new Text(name)) { Alignment = column == 0 ? Justify.Left : Justify.Right });
        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(cell)));
        return table;
    }

    private static string Shop(ShopSummary shop) =>
        $"{shop.OrdersSaved} orders saved with EF Core, {shop.OrdersHandled} handled; {shop.NotesHandled} notes of plain SQL handled; "
        + $"{shop.WebhookCalls} webhooks";

    private static string Letters(Reading now) =>
        now.Letters is not { } letters ? "Redis does not answer"
        : letters.Count == 0 ? "none"
        : string.Join(", ", letters.OrderBy(category => category.Key).Select(category => $"{category.Key} {category.Value}"));

    private static string Rate(double perSecond) => perSecond.ToString("0.0", CultureInfo.InvariantCulture);

    // A reason is another program's text: control characters would move the cursor.
    private static string OneLine(string reason)
    {
        var text = string.Concat(reason.Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > ReasonLimit ? $"{text[..ReasonLimit]}…" : text;
    }
}
