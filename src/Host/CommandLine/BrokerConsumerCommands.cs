using System.CommandLine;
using System.Text.Json.Nodes;
using Hobom.Slices.Broker.Endpoints;

namespace Hobom.Slices.Host.CommandLine;

/// <summary><c>hobom broker</c>'s commands about consumers.</summary>
static class BrokerConsumerCommands
{
    /// <summary>A secret in an argument is in everybody's list of processes.</summary>
    const string SecretsVariable = "HOBOM_WEBHOOK_SECRETS";

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
        var pattern = Options.Text("--pattern", "PATTERN", "Which types, such as shop.order.*");
        pattern.Required = true;
        var url = Options.Text(
            "--webhook", "URL", $"Where a webhook's events go; its secrets come from {SecretsVariable}, with commas between");
        var topic = Options.Text("--topic", "TOPIC", "Of Kafka");
        var ordered = Options.Flag("--by-key", "One event of a key at a time, in order");
        var retries = Options.Whole("--retries", 0, 1000, "Tries after the first (the settings')");
        var concurrency = Options.Whole("--concurrency", 1, 1000, "Tries at a time (1)");
        var form = Options.Text("--cloud-events", "FORM", "binary or structured");
        broker.Add(
            "put", "Adds a webhook or a topic, or changes it", [name, pattern, url, topic, ordered, retries, concurrency, form],
            async (session, given) =>
            {
                var body = new JsonObject
                {
                    ["kind"] = given.GetValue(topic) is null ? "webhook" : "kafka", ["pattern"] = given.GetValue(pattern),
                    ["ordering"] = given.GetValue(ordered) ? "key" : "none", ["concurrency"] = given.GetValue(concurrency) ?? 1,
                };
                if (given.GetValue(url) is { } address) body["url"] = address;
                if (given.GetValue(topic) is { } named) body["topic"] = named;
                if (given.GetValue(form) is { } cloud) body["cloud_events"] = cloud;
                if (given.GetValue(retries) is { } most) body["retry_policy"] = new JsonObject { ["max_retries"] = most };
                if (Environment.GetEnvironmentVariable(SecretsVariable) is { Length: > 0 } secrets)
                    body["secrets"] = new JsonArray([.. secrets.Split(',').Select(s => JsonValue.Create(s.Trim()))]);
                return await session.ShowAsync(
                    await session.Api.SendAsync(HttpMethod.Put, PathOf(given, name), body),
                    a => session.Terminal.Output.WriteLine($"{a.Read<ConsumerView>().Name}: {a.Read<ConsumerView>().State}"));
            });
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
