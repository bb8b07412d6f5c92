using System.Globalization;
using System.Text.Json;
using Hobom.Slices.Broker.Schemas;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using LanguageExt;

namespace Hobom.Slices.Broker.Endpoints;

public sealed class PutSchemaEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    const int TypeLimit = 255;

    public override void Configure()
    {
        Put("/broker/schemas/{type}/{version}");
        Policies(Role.Operator);
        Describe(
            "Register a version of a type's schema",
            "schema: a JSON Schema without $refs to elsewhere; upcast: a JSON Patch that makes a payload of the version before into one of "
            + "this. Without an upcast the version must keep the promise (backward, unless a setting says otherwise): every document that "
            + "the version before takes is taken. A version once registered does not change.",
            400, 409);
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        if (!(await ReadAsync(ct)).TryGetRight(out var schema, out var bad))
        {
            await RefuseAsync(400, bad.Text, ct, bad.Field);
            return;
        }

        var added = await AuditedAsync<SchemaFault, Unit>(
            "put schema", $"{schema.Type} {schema.Version}", () => Slice.Schemas.AddAsync(broker.Store, schema, ct),
            failure => new SchemaFault.Unavailable(failure), _ => "registered");
        if (added.TryGetRight(out _, out var fault)) await Send.OkAsync(SchemaView.Of(schema), ct);
        else
            await (fault switch
            {
                SchemaFault.NoSchema no => RefuseAsync(400, no.Why, ct, "schema"),
                SchemaFault.Taken => RefuseAsync(409, "this version is registered already, with another document or upcast", ct, "version"),
                SchemaFault.Breaks breaks =>
                    RefuseAsync(409, $"not compatible, and there is no upcast: {string.Join("; ", breaks.Faults)}", ct, "schema"),
                SchemaFault.Unavailable away => RefuseAsync(away.Failure, ct),
                _ => throw new System.Diagnostics.UnreachableException(),
            });
    }

    async Task<Either<BodyFault, EventSchema>> ReadAsync(CancellationToken ct)
    {
        var type = Part("type");
        if (type.Length is 0 or > TypeLimit) return new BodyFault($"a type has 1 to {TypeLimit} characters", "type");
        if (!int.TryParse(Part("version"), NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version < 1)
            return new BodyFault("version is a whole number from 1", "version");
        try
        {
            using var body = await JsonDocument.ParseAsync(HttpContext.Request.Body, default, ct);
            if (body.RootElement.ValueKind is not JsonValueKind.Object || !body.RootElement.TryGetProperty("schema", out var schema))
                return new BodyFault("schema is required", "schema");
            if (schema.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
                return new BodyFault("a schema is a JSON object", "schema");
            var upcast = body.RootElement.TryGetProperty("upcast", out var patch) && patch.ValueKind is not JsonValueKind.Null
                ? patch.GetRawText()
                : null;
            return new EventSchema(type, version, schema.GetRawText(), upcast);
        }
        catch (JsonException notJson)
        {
            return new BodyFault($"the body is no JSON: {notJson.Message}", null);
        }
    }
}
