using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace FastEndpoints.Swagger;

/// <summary>An operation's parameters and body, taken from the request type as the binder reads it.</summary>
sealed partial class RequestDescription(EndpointDefinition definition, OpenApiOperationTransformerContext context)
{
    readonly IReadOnlyList<BoundProperty> properties = definition.Binder.Properties;
    readonly JsonSerializerOptions json = definition.Settings.Serializer.Options;
    readonly List<BoundProperty> outsideBody = [];

    bool MayHaveBody => definition.HasRequest && context.Description.HttpMethod is "POST" or "PUT" or "PATCH";

    public async Task WriteAsync(OpenApiOperation operation, CancellationToken ct)
    {
        operation.Parameters = await ParametersAsync(ct);
        var somethingIsLeft = properties.Count == 0 || outsideBody.Count < properties.Count;
        operation.RequestBody = MayHaveBody && somethingIsLeft ? await BodyAsync(ct) : null;
    }

    async Task<List<IOpenApiParameter>> ParametersAsync(CancellationToken ct)
    {
        var parameters = new List<IOpenApiParameter>();
        foreach (Match segment in RouteParameter().Matches(context.Description.RelativePath ?? ""))
        {
            var name = segment.Groups["name"].Value;
            var property = properties.FirstOrDefault(p => p.TakesRoute && p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            await AddAsync(name, ParameterLocation.Path, isRequired: true, property);
        }

        foreach (var property in properties.Except(outsideBody).ToArray())
            if (property.HeaderName is { } header)
                await AddAsync(header, ParameterLocation.Header, property.HeaderIsRequired, property);
            else if (property.IsQuery || !MayHaveBody && !property.IsBody)
                await AddAsync(InJson(property.Name), ParameterLocation.Query, isRequired: false, property);
        return parameters;

        async Task AddAsync(string name, ParameterLocation location, bool isRequired, BoundProperty? property)
        {
            if (property is not null)
                outsideBody.Add(property);
            parameters.Add(new OpenApiParameter
            {
                Name = name,
                In = location,
                Required = isRequired,
                Description = TextFor(name) ?? TextFor(property?.Info.Name),
                Schema = await context.GetOrCreateSchemaAsync(property?.Info.PropertyType ?? typeof(string), null, ct),
            });
        }
    }

    async Task<OpenApiRequestBody> BodyAsync(CancellationToken ct)
    {
        var whole = properties.FirstOrDefault(p => p.IsBody);
        var schema = await context.GetOrCreateSchemaAsync(whole?.Info.PropertyType ?? definition.ReqDtoType, null, ct);
        foreach (var name in outsideBody.Select(p => InJson(p.Info.Name)))
        {
            schema.Properties?.Remove(name);
            schema.Required?.Remove(name);
        }

        foreach (var (name, property) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal))
            if (TextFor(name) is { } text)
                property.Description = text;

        var media = new OpenApiMediaType { Schema = schema };
        var examples = definition.EndpointSummary?.RequestExamples ?? [];
        if (examples.Count == 1)
            media.Example = JsonSerializer.SerializeToNode(examples.First().Value, json);
        else if (examples.Count > 1)
            media.Examples = examples.Select((example, i) => (example, name: example.Label ?? $"Example {i + 1}")).ToDictionary(
                e => e.name,
                e => (IOpenApiExample)new OpenApiExample { Value = JsonSerializer.SerializeToNode(e.example.Value, json) },
                StringComparer.Ordinal);
        return new()
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { ["application/json"] = media },
        };
    }

    string InJson(string name) => json.PropertyNamingPolicy?.ConvertName(name) ?? name;

    string? TextFor(string? name) =>
        name is not null && definition.EndpointSummary?.Params.TryGetValue(name, out var text) is true ? text : null;

    [GeneratedRegex(@"\{\*{0,2}(?<name>[^}:?=]+)[^}]*\}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex RouteParameter();
}
