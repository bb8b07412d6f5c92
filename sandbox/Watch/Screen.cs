using System.Globalization;

namespace Hobom.Slices.Sandbox.Watch;

/// <summary>Turns a reading into text: a page for a terminal, a line for a log.</summary>
public static class Screen
{
    private const int ReasonLimit = 100;

    public static IReadOnlyList<string> Page(Reading now, Reading? earlier, string notes) =>
    [
        $"Hobom.Slices sandbox, {now.Elapsed.TotalSeconds:0} s",
        "",
        $"  {"rows",-22}{"pending",10}{"sent",10}{"failed",10}{"settled/s",12}",
        .. now.Rows is { } rows
            ? rows.Events.Select(row =>
                $"  {row.EventType,-22}{row.Pending,10}{row.Sent,10}{row.Failed,10}{Rate(row.SettledPerSecond),12}")
            : ["  the sandbox does not answer"],
        "",
        $"  {"Kafka topic",-22}{"records",10}{"per second",12}",
        .. now.Topics is { } topics
            ? topics.OrderBy(topic => topic.Key).Select(topic =>
                $"  {topic.Key,-22}{topic.Value,10}{Rate(now.TopicRate(topic.Key, earlier)),12}")
            : ["  the broker does not answer"],
        "",
        $"  dead letters: {Letters(now)}",
        .. now.Rows?.LastFailures.Select(failure => $"    {failure.EventType,-12} {OneLine(failure.Reason)}") ?? [],
        "",
        .. notes.Split('\n').Select(note => $"  {note}"),
    ];

    public static string Line(Reading now, Reading? earlier)
    {
        var topics = now.Topics is { } known
            ? string.Join(", ", known.OrderBy(topic => topic.Key).Select(topic =>
                $"{topic.Key} {topic.Value} ({Rate(now.TopicRate(topic.Key, earlier))}/s)"))
            : "the broker does not answer";
        return $"{now.Elapsed.TotalSeconds,4:0} s  pending {now.Pending}  sent {now.Sent}  failed {now.Failed}"
            + $" | {(topics.Length > 0 ? topics : "no topic yet")} | dead letters {Letters(now)}";
    }

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
