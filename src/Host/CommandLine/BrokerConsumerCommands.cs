using System.CommandLine;
using System.Text.Json.Nodes;
using Hobom.Slices.Broker.Endpoints;

namespace Hobom.Slices.Host.CommandLine;

/// <summary><c>hobom broker</c>'s commands about consumers.</summary>
static class BrokerConsumerCommands
{
    /// <summary>A secret in an argument is in everybody's list of processes.</summary>
    const string SecretsVariable = "HOBOM_WEBHOOK_SECRETS";

    /// <summary>Of a consumer as it is shown, what is also taken.</summary>
    static readonly string[] Members =
    [
        "kind", "pattern", "priority", "concurrency", "timeout_ms", "ordering", "retry_policy", "url", "topic", "cloud_events",
        "schema_version",
    ];

    public static void AddTo(ApiCommand broker)
    {
        AddList(broker);
        AddPut(broker);
        AddVerb(broker, "pause", "Pauses a consumer in every process; its events wait", HttpMethod.Post, "/pause");
        AddVerb(broker, "resume", "Resumes a consumer", HttpMethod.Post, "/resume");
        AddVerb(broker, "remove", "Removes a consumer; what waits for it is skipped", HttpMethod.Delete, "");
    }

    static void AddList(ApiCommand broker) => broker.Add("consumers", "Lists consumers", [], async (session, _) => await session.ShowAsync(
        await session.Api.GetAsync("/broker/consumers"),
        a => session.Terminal.WriteTable(
            ["NAME", "KIND", "PATTERN", "STATE", "WHERE TO", "REASON"],
            a.Read<ConsumerView[]>().Select(c => (string[])
            [
                BrokerCommand.Cell(c.Name, 60), c.Kind, BrokerCommand.Cell(c.Pattern, 60), c.State,
                BrokerCommand.Cell(c.Url ?? c.Topic, 80), BrokerCommand.Cell(c.StateReason, 80),
            ]))));

    static void AddPut(ApiCommand broker)
    {
        var name = NameArgument();
        var pattern = Options.Text("--pattern", "PATTERN", "Which types, such as shop.order.*; required of a new one");
        var url = Options.Text(
            "--webhook", "URL", $"Where a webhook's events go; its secrets come from {SecretsVariable}, with commas between");
        var topic = Options.Text("--topic", "TOPIC", "Of Kafka");
        var ordered = Options.Flag("--by-key", "One event of a key at a time, in order");
        var unordered = Options.Flag("--any-order", "No longer so");
        var retries = Options.Whole("--retries", 0, 1000, "Tries after the first (the settings')");
        var concurrency = Options.Whole("--concurrency", 1, 1000, "Tries at a time (1)");
        var form = Options.Text("--cloud-events", "FORM", "binary or structured; false for neither");
        broker.Add(
            "put", "Adds a webhook or a topic, or changes what is named of one",
            [name, pattern, url, topic, ordered, unordered, retries, concurrency, form],
            async (session, given) =>
            {
                // A change replaces the whole of it: what is not named is sent as it is.
                var listed = await session.Api.GetAsync("/broker/consumers");
                if (!listed.IsServed(session.Terminal, out var known)) return ExitCode.NotServed;
                var body = AsItIs(known.Read<JsonArray>(), given.GetRequiredValue(name));
                if (given.GetValue(pattern) is { } types) body["pattern"] = types;
                if (given.GetValue(url) is { } address) SendTo(body, "webhook", "url", address, "topic");
                if (given.GetValue(topic) is { } named) SendTo(body, "kafka", "topic", named, "url");
                if (given.GetValue(ordered) || given.GetValue(unordered)) body["ordering"] = given.GetValue(ordered) ? "key" : "none";
                if (given.GetValue(concurrency) is { } tries) body["concurrency"] = tries;
                if (given.GetValue(form) is { } cloud) body["cloud_events"] = cloud is "false" ? JsonValue.Create(false) : cloud;
                if (given.GetValue(retries) is { } most)
                {
                    var policy = body["retry_policy"] as JsonObject ?? new JsonObject();
                    policy["max_retries"] = most;
                    if (policy.Parent is null) body["retry_policy"] = policy;
                }

                if (Environment.GetEnvironmentVariable(SecretsVariable) is { Length: > 0 } secrets)
                    body["secrets"] = new JsonArray([.. secrets.Split(',').Select(s => JsonValue.Create(s.Trim()))]);
                return await session.ShowAsync(
                    await session.Api.SendAsync(HttpMethod.Put, PathOf(given, name), body),
                    a => session.Terminal.Output.WriteLine($"{a.Read<ConsumerView>().Name}: {a.Read<ConsumerView>().State}"));
            });
    }

    /// <summary>The one of that name as it is put, without its secrets, which are not shown and stay; of a new one nothing.</summary>
    static JsonObject AsItIs(JsonArray known, string name)
    {
        var found = known.OfType<JsonObject>().FirstOrDefault(c => (string?)c["name"] == name);
        return found is null || (string?)found["kind"] is "handler"
            ? new JsonObject()
            : new JsonObject(found.Where(m => Members.Contains(m.Key) && m.Value is not null)
                .Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())));
    }

    static void SendTo(JsonObject body, string kind, string member, string value, string other)
    {
        (body["kind"], body[member]) = (kind, value);
        body.Remove(other);
    }

    static void AddVerb(ApiCommand broker, string verb, string description, HttpMethod method, string path)
    {
        var name = NameArgument();
        broker.Add(verb, description, [name], async (session, given) => await session.ShowAsync(
            await session.Api.SendAsync(method, $"{PathOf(given, name)}{path}"), _ => session.Terminal.Output.WriteLine("done")));
    }

    static Argument<string> NameArgument() => new("CONSUMER") { Description = "Its name" };

    static string PathOf(ParseResult given, Argument<string> name) =>
        $"/broker/consumers/{Uri.EscapeDataString(given.GetRequiredValue(name))}";
}
