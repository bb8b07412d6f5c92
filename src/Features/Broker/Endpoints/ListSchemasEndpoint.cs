using System.Text;
using System.Text.Json.Serialization;
using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

public sealed record SchemaView(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("version")] int Version,
    [property: JsonPropertyName("schema")] RawJson Schema,
    [property: JsonPropertyName("upcast")] RawJson? Upcast)
{
    public static SchemaView Of(EventSchema schema) => new(
        schema.Type, schema.Version, new RawJson(Encoding.UTF8.GetBytes(schema.Document)),
        schema.Upcast is { } upcast ? new RawJson(Encoding.UTF8.GetBytes(upcast)) : null);
}

public sealed class ListSchemasEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    public override void Configure()
    {
        Get("/broker/schemas");
        Policies(Role.Reader);
        Describe("List schemas", "All versions of all types, or of ?type= alone, as this process knows them.");
    }

    protected override Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        var type = Query<string>("type", isRequired: false) is { Length: > 0 } given ? given : null;
        return Send.OkAsync(Slice.Schemas.Now.All.Where(s => type is null || s.Type == type).Select(SchemaView.Of).ToArray(), ct);
    }
}
