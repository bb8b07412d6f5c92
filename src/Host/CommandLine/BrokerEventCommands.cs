using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hobom.Slices.Core;

namespace Hobom.Slices.Host.CommandLine;

/// <summary><c>hobom broker</c>'s commands about events.</summary>
static class BrokerEventCommands
{
    public static void AddTo(ApiCommand broker)
    {
        AddPublish(broker);
        AddList(broker);
        AddGet(broker);
        AddExplain(broker);
        AddEnd(broker, "replay-event", "Gives an event to a consumer again, or for the first time", "replay");
        AddEnd(broker, "discard", "Skips an event for a consumer; the followers of its key go on", "discard");
        AddDead(broker);
    }

    static void AddPublish(ApiCommand broker)
    {
        var type = new Argument<string>("TYPE") { Description = "Such as public.users.create" };
        var payload = new Argument<string>("PAYLOAD") { Description = "JSON; - reads it from the standard input" };
        var source = Options.Text("--source", "NAME", "Who made the event (system)");
        var id = Options.Text("--id", "ID", "The same again is stored once; a new one where it is not given");
        var key = Options.Text("--key", "KEY", "Of the order");
        broker.Add("publish", "Publishes one event", [type, payload, source, id, key], async (session, given) =>
        {
            var text = given.GetRequiredValue(payload) is "-" ? await Console.In.ReadToEndAsync() : given.GetRequiredValue(payload);
            if (!IsJson(text))
            {
                await session.Terminal.Error.WriteLineAsync("PAYLOAD is no JSON");
                return ExitCode.WrongArguments;
            }

            var body = new JsonObject
            {
                ["type"] = given.GetRequiredValue(type), ["source"] = given.GetValue(source) ?? "system",
            };
            if (given.GetValue(id) is { } named) body["id"] = named;
            if (given.GetValue(key) is { } ordering) body["ordering_key"] = ordering;
            var received = await session.Api.SendAsync(HttpMethod.Post, "/broker/events", WithPayload(body, text));
            var exitCode = await session.ShowAsync(
                received,
                a => session.Terminal.WriteTable(
                    ["SOURCE", "ID", "RESULT"],
                    Items(a, "events").Select(e => (string[])[Text(e, "source"), Text(e, "id"), Text(e, "result")])));
            return exitCode is ExitCode.Done && received.TryGetRight(out var answer, out _) ? TellTroubles(session, answer) : exitCode;
        });
    }

    /// <summary>What is stored and does not fit its schema, or failed in a handler that was waited for.</summary>
    static int TellTroubles(ApiSession session, ApiAnswer answer)
    {
        foreach (var warning in Items(answer, "events").Select(e => ToldIn(e, "warning")).OfType<string>())
            session.Terminal.Error.WriteLine($"stored all the same: {warning}");
        if (ToldIn(answer.Read<JsonElement>(), "handlerError") is not { } failed) return ExitCode.Done;
        session.Terminal.Error.WriteLine(failed);
        return ExitCode.SomeLeft;
    }

    static string? ToldIn(JsonElement owner, string member) =>
        owner.TryGetProperty(member, out var value) && value.ValueKind is JsonValueKind.String
            ? LogText.Clean(value.GetString()!, 1000)
            : null;

    /// <summary>The payload's text as it was given: an event is delivered as it was written.</summary>
    static StringContent WithPayload(JsonObject body, string payload) =>
        new($"{body.ToJsonString()[..^1]},\"payload\":{payload}}}", Encoding.UTF8, "application/json");

    static void AddList(ApiCommand broker)
    {
        var status = Options.Text("--status", "STATUS", "pending, processing, completed, failed or expired");
        var type = Options.Text("--type", "TYPE", "Exactly this one");
        var source = Options.Text("--source", "NAME", "Of this source");
        var limit = Options.Whole("--limit", 1, 500, "Events on one page (50)");
        var cursor = Options.Text("--cursor", "NEXT", "Goes on where the page before ended");
        broker.Add("events", "Lists events, the newest first", [status, type, source, limit, cursor], async (session, given) =>
            await session.ShowAsync(
                await session.Api.GetAsync("/broker/events?" + BrokerCommand.Query(
                    ("status", given.GetValue(status)), ("type", given.GetValue(type)), ("source", given.GetValue(source)),
                    ("limit", $"{given.GetValue(limit) ?? 50}"), ("cursor", given.GetValue(cursor)))),
                a =>
                {
                    session.Terminal.WriteTable(
                        ["CREATED", "STATUS", "TYPE", "SOURCE", "ID", "RETRIES"],
                        Items(a, "events").Select(e => (string[])
                        [
                            Text(e, "created_at"), Text(e, "status"), Text(e, "type"), Text(e, "source"), Text(e, "id"),
                            Text(e, "retry_count"),
                        ]));
                    Next(session, a);
                }));
    }

    static void AddGet(ApiCommand broker)
    {
        var (source, id) = Identity();
        broker.Add("event", "Shows one event with its handlings", [source, id], async (session, given) => await session.ShowAsync(
            await session.Api.GetAsync(PathOf(given, source, id)), a => session.Terminal.WriteJson(a.Body)));
    }

    static void AddExplain(ApiCommand broker)
    {
        var (source, id) = Identity();
        broker.Add("explain", "Says what an event waits for", [source, id], async (session, given) => await session.ShowAsync(
            await session.Api.GetAsync($"{PathOf(given, source, id)}/explain"),
            a =>
            {
                var answer = a.Read<JsonElement>();
                session.Terminal.Output.WriteLine($"{Text(answer, "status")}; waits for {Text(answer, "waitsFor")}");
                session.Terminal.WriteTable(
                    ["CONSUMER", "WAITS", "DETAIL"],
                    Items(a, "handlings").Select(h => (string[])[Text(h, "consumer"), Text(h, "waitsFor"), Text(h, "detail")]));
            }));
    }

    static void AddEnd(ApiCommand broker, string name, string description, string verb)
    {
        var (source, id) = Identity();
        var consumer = new Argument<string>("CONSUMER") { Description = "Its name" };
        broker.Add(name, description, [source, id, consumer], async (session, given) => await session.ShowAsync(
            await session.Api.PostAsync(
                $"{PathOf(given, source, id)}/{verb}?{BrokerCommand.Query(("consumer", given.GetRequiredValue(consumer)))}", null),
            _ => session.Terminal.Output.WriteLine("done")));
    }

    static void AddDead(ApiCommand broker)
    {
        var consumer = Options.Text("--consumer", "NAME", "What this one gave up");
        var limit = Options.Whole("--limit", 1, 500, "On one page (50)");
        var cursor = Options.Text("--cursor", "NEXT", "Goes on where the page before ended");
        broker.Add("dead", "Lists what consumers have given up", [consumer, limit, cursor], async (session, given) =>
            await session.ShowAsync(
                await session.Api.GetAsync("/broker/dead-letters?" + BrokerCommand.Query(
                    ("consumer", given.GetValue(consumer)), ("limit", $"{given.GetValue(limit) ?? 50}"),
                    ("cursor", given.GetValue(cursor)))),
                a =>
                {
                    session.Terminal.WriteTable(
                        ["DIED", "CONSUMER", "SOURCE", "ID", "TYPE", "TRIES", "ERROR"],
                        Items(a, "handlings").Select(h => (string[])
                        [
                            Text(h, "died_at"), Text(h, "consumer_name"), Text(h, "source"), Text(h, "id"), Text(h, "type"),
                            Text(h, "attempt_count"), Text(h, "last_error"),
                        ]));
                    Next(session, a);
                }));
    }

    static void Next(ApiSession session, ApiAnswer answer)
    {
        if (answer.Read<JsonElement>() is var page && page.TryGetProperty("next", out var next) && next.ValueKind is JsonValueKind.String)
            session.Terminal.Output.WriteLine($"more: --cursor {LogText.Clean(next.GetString()!, 40)}");
    }

    static (Argument<string> Source, Argument<string> Id) Identity() => (
        new Argument<string>("SOURCE") { Description = "Of the event" }, new Argument<string>("ID") { Description = "Of the event" });

    static string PathOf(ParseResult given, Argument<string> source, Argument<string> id) =>
        $"/broker/events/{Uri.EscapeDataString(given.GetRequiredValue(source))}/{Uri.EscapeDataString(given.GetRequiredValue(id))}";

    static IEnumerable<JsonElement> Items(ApiAnswer answer, string member) =>
        answer.Read<JsonElement>().GetProperty(member).EnumerateArray();

    static string Text(JsonElement owner, string member) =>
        owner.TryGetProperty(member, out var value) && value.ValueKind is not JsonValueKind.Null ? LogText.Clean($"{value}", 100) : "-";

    static bool IsJson(string text)
    {
        try
        {
            _ = JsonNode.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
