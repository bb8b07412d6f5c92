using System.CommandLine;
using System.Text.Json;
using Hobom.Slices.Broker.Endpoints;

namespace Hobom.Slices.Host.CommandLine;

/// <summary><c>hobom broker</c>: the broker of a running processor, over its HTTP API.</summary>
static class BrokerCommand
{
    public static Command Build(CommandTools tools)
    {
        var broker = new ApiCommand(tools, "broker", "The broker of a running processor: events, consumers, replays.");
        BrokerEventCommands.AddTo(broker);
        BrokerConsumerCommands.AddTo(broker);
        BrokerReplayCommands.AddTo(broker);
        BrokerSchemaCommands.AddTo(broker);
        AddStats(broker);
        AddSettings(broker);
        broker.Command.Add(CaptureCommand.Build(tools.Terminal));
        return broker.Command;
    }

    public static string Query(params (string Name, string? Value)[] parts) => string.Join(
        '&', parts.Where(p => p.Value is not null).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));

    public static string Time(DateTimeOffset? time) => time is { } at ? $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss}" : "-";

    public static string Cell(string? text, int limit) => text is { Length: > 0 } ? LogText.Clean(text, limit) : "-";

    static void AddStats(ApiCommand broker) => broker.Add("stats", "Shows counts of events and of each consumer", [], async (session, _) =>
        await session.ShowAsync(
            await session.Api.GetAsync("/broker/stats"),
            a =>
            {
                var stats = a.Read<BrokerStats>();
                session.Terminal.WriteTable(
                    ["PENDING", "PROCESSING", "COMPLETED", "FAILED", "NO CONSUMER", "EXPIRED", "QUEUE", "OLDEST OPEN"],
                    [[
                        $"{stats.Provider.Pending}", $"{stats.Provider.Processing}", $"{stats.Provider.Completed}",
                        $"{stats.Provider.Failed}", $"{stats.Provider.NoConsumer}", $"{stats.Provider.Expired}", $"{stats.QueueSize}",
                        Time(stats.OldestOpenAt),
                    ]]);
                session.Terminal.WriteTable(
                    ["CONSUMER", "WAITING", "LEASED", "RETRYING", "DONE", "DEAD", "SKIPPED"],
                    stats.Consumers.Select(c => (string[])
                    [
                        Cell(c.Consumer, 60), $"{c.Waiting}", $"{c.Leased}", $"{c.Failed}", $"{c.Done}", $"{c.Dead}", $"{c.Skipped}",
                    ]));
            }));

    static void AddSettings(ApiCommand broker)
    {
        broker.Add("settings", "Shows the outbox settings as they are now", [], async (session, _) => await session.ShowAsync(
            await session.Api.GetAsync("/broker/settings"), a => ShowSettings(session, a)));
        var slug = new Argument<string>("SLUG") { Description = "Such as outbox-batch-size" };
        var value = new Argument<string>("VALUE") { Description = "Its new value" };
        broker.Add("set", "Changes an outbox setting in every process", [slug, value], async (session, given) => await session.ShowAsync(
            await session.Api.SendAsync(
                HttpMethod.Put,
                $"/broker/settings/{Uri.EscapeDataString(given.GetRequiredValue(slug))}?{Query(("value", given.GetRequiredValue(value)))}"),
            a => ShowSettings(session, a)));
    }

    static void ShowSettings(ApiSession session, ApiAnswer answer) => session.Terminal.WriteTable(
        ["SETTING", "VALUE"],
        answer.Read<Dictionary<string, JsonElement>>().OrderBy(s => s.Key, StringComparer.Ordinal)
            .Select(s => (string[])[s.Key, LogText.Clean($"{s.Value}", 80)]));
}
