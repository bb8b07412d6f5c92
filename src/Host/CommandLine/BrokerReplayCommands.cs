using System.CommandLine;
using System.Text.Json.Nodes;
using Hobom.Slices.Broker.Endpoints;

namespace Hobom.Slices.Host.CommandLine;

/// <summary><c>hobom broker</c>'s commands about replays from the store.</summary>
static class BrokerReplayCommands
{
    public static void AddTo(ApiCommand broker)
    {
        AddPlan(broker);
        broker.Add("replays", "Lists replays with their progress", [], async (session, _) => await session.ShowAsync(
            await session.Api.GetAsync("/broker/replays"), a => Show(session, a.Read<StoreReplayView[]>())));
        AddOrder(broker);
    }

    static void AddPlan(ApiCommand broker)
    {
        var consumer = new Argument<string>("CONSUMER") { Description = "Who gets the events; an old one or a new one" };
        var pattern = Options.Text("--pattern", "PATTERN", "Which types (all)");
        var status = Options.Text("--status", "STATUS", "pending, processing, completed, failed or expired");
        var source = Options.Text("--source", "NAME", "Of this source");
        var ids = Options.Text("--ids", "IDS", "Ids of events, with commas between");
        var from = Options.Text("--from", "TIME", "Created then or later, RFC 3339");
        var to = Options.Text("--to", "TIME", "Created then or earlier");
        var dead = Options.Flag("--only-dead", "Only what this consumer gave up");
        var rate = Options.Whole("--rate", 1, 10_000, "Events a second (100)");
        var start = Options.Flag("--start", "Starts it at once; else it is a plan");
        broker.Add(
            "replay", "Plans a replay from the store", [consumer, pattern, status, source, ids, from, to, dead, rate, start],
            async (session, given) =>
            {
                var body = new JsonObject
                {
                    ["consumer"] = given.GetRequiredValue(consumer), ["only_dead"] = given.GetValue(dead),
                    ["rate"] = given.GetValue(rate) ?? 100,
                };
                foreach (var (name, option) in (ReadOnlySpan<(string, Option<string>)>)
                         [("pattern", pattern), ("status", status), ("source", source), ("start_time", from), ("end_time", to)])
                    if (given.GetValue(option) is { } value) body[name] = value;
                if (given.GetValue(ids) is { } list)
                    body["ids"] = new JsonArray([.. list.Split(',').Select(i => JsonValue.Create(i.Trim()))]);
                var planned = await session.Api.SendAsync(HttpMethod.Post, "/broker/replays", body);
                if (given.GetValue(start) && planned.Case is ApiAnswer { Error: null } answer)
                    planned = await session.Api.PostAsync($"/broker/replays/{answer.Read<StoreReplayView>().Id}/start", null);
                return await session.ShowAsync(planned, a => Show(session, [a.Read<StoreReplayView>()]));
            });
    }

    static void AddOrder(ApiCommand broker)
    {
        var order = new Argument<string>("ORDER") { Description = "start, pause, resume or cancel" };
        var id = new Argument<string>("REPLAY") { Description = "Its id" };
        broker.Add("tell", "Starts, pauses, resumes or cancels a replay", [order, id], async (session, given) => await session.ShowAsync(
            await session.Api.PostAsync(
                $"/broker/replays/{Uri.EscapeDataString(given.GetRequiredValue(id))}/"
                + Uri.EscapeDataString(given.GetRequiredValue(order)), null),
            a => Show(session, [a.Read<StoreReplayView>()])));
    }

    static void Show(ApiSession session, StoreReplayView[] replays) => session.Terminal.WriteTable(
        ["ID", "STATE", "CONSUMER", "EVENTS", "GIVEN", "IN HAND", "RATE", "WHY"],
        replays.Select(r => (string[])
        [
            r.Id, r.State, BrokerCommand.Cell(r.Consumer, 60), $"{r.Count}", $"{r.Given}", $"{r.Waiting}", $"{r.Rate}",
            BrokerCommand.Cell(r.Why, 80),
        ]));
}
