using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hobom.Slices.Host.CommandLine;

/// <summary><c>hobom broker</c>'s commands about schemas.</summary>
static class BrokerSchemaCommands
{
    public static void AddTo(ApiCommand broker)
    {
        broker.Add("schemas", "Lists schemas", [], async (session, _) => await session.ShowAsync(
            await session.Api.GetAsync("/broker/schemas"),
            a => session.Terminal.WriteTable(
                ["TYPE", "VERSION", "UPCAST"],
                a.Read<JsonElement>().EnumerateArray().Select(s => (string[])
                [
                    LogText.Clean($"{s.GetProperty("type")}", 100), $"{s.GetProperty("version")}",
                    s.GetProperty("upcast").ValueKind is JsonValueKind.Null ? "-" : "yes",
                ]))));
        AddPut(broker);
    }

    static void AddPut(ApiCommand broker)
    {
        var type = new Argument<string>("TYPE") { Description = "Such as shop.order.create" };
        var version = new Argument<int>("VERSION") { Description = "From 1" };
        var file = new Argument<FileInfo>("FILE") { Description = "The JSON Schema" };
        var upcast = new Option<FileInfo?>("--upcast")
        {
            Description = "A JSON Patch that makes a payload of the version before into one of this", HelpName = "FILE",
        };
        broker.Add("schema", "Registers a version of a type's schema", [type, version, file, upcast], async (session, given) =>
        {
            try
            {
                var body = new JsonObject { ["schema"] = JsonNode.Parse(await TextOfAsync(given.GetRequiredValue(file))) };
                if (given.GetValue(upcast) is { } patch) body["upcast"] = JsonNode.Parse(await TextOfAsync(patch));
                return await session.ShowAsync(
                    await session.Api.SendAsync(
                        HttpMethod.Put,
                        $"/broker/schemas/{Uri.EscapeDataString(given.GetRequiredValue(type))}/{given.GetRequiredValue(version)}", body),
                    _ => session.Terminal.Output.WriteLine("registered"));
            }
            catch (Exception unread) when (unread is IOException or UnauthorizedAccessException or JsonException)
            {
                await session.Terminal.Error.WriteLineAsync(LogText.Clean(unread.Message, 300));
                return ExitCode.WrongArguments;
            }
        });
    }

    static Task<string> TextOfAsync(FileInfo file) => File.ReadAllTextAsync(file.FullName);
}
