using System.Globalization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using NSwag.Generation.AspNetCore;

namespace FastEndpoints.Swagger;

/// <summary>What ASP.NET Core's generator cannot know: the endpoints' summaries, requests, tags and security.</summary>
sealed class DocumentGeneration(DocumentOptions options, AspNetCoreOpenApiDocumentGeneratorSettings settings)
{
    public void Configure(OpenApiOptions openApi)
    {
        openApi.ShouldInclude = api => DefinitionOf(api.ActionDescriptor.EndpointMetadata) is { } definition
            ? options.EndpointFilter?.Invoke(definition) ?? true
            : !options.ExcludeNonFastEndpoints;
        if (!options.ShortSchemaNames)
            openApi.CreateSchemaReferenceId = type => OpenApiOptions.CreateDefaultSchemaReferenceId(type) is { } shortName
                ? string.Concat((type.Type.Namespace + shortName).Where(char.IsLetterOrDigit))
                : null;
        openApi.AddDocumentTransformer((document, _, _) => Task.FromResult(Head(document)));
        openApi.AddOperationTransformer(async (operation, context, ct) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            if (DefinitionOf(metadata) is not { } definition)
                return;
            operation.Summary = definition.EndpointSummary?.Summary;
            operation.Description = definition.EndpointSummary?.Description;
            if (!metadata.OfType<ITagsMetadata>().Any())
                operation.Tags = AutoTag(context) is { } tag ? new HashSet<OpenApiTagReference> { new(tag, context.Document) } : null;
            await new RequestDescription(definition, context).WriteAsync(operation, ct);
            ResponseDescription.Write(operation, definition);
            if (!definition.AllowsAnonymous)
                operation.Security = [.. settings.SecuritySchemes.Keys.Select(name =>
                    new OpenApiSecurityRequirement { [new(name, context.Document)] = [] })];
        });
    }

    static EndpointDefinition? DefinitionOf(IList<object> metadata) => metadata.OfType<EndpointDefinition>().FirstOrDefault();

    OpenApiDocument Head(OpenApiDocument document)
    {
        // The generator's own tag, the assembly's name, has given way to those of the routes.
        var used = document.Paths.Values.SelectMany(p => p.Operations ?? []).SelectMany(o => o.Value.Tags ?? Enumerable.Empty<OpenApiTagReference>())
            .Select(t => t.Reference.Id).ToHashSet(StringComparer.Ordinal);
        document.Tags = document.Tags?.Where(t => used.Contains(t.Name)).ToHashSet();
        document.Info = new() { Title = settings.Title, Version = settings.Version, Description = settings.Description };
        foreach (var (name, scheme) in settings.SecuritySchemes)
            document.AddComponent<IOpenApiSecurityScheme>(name, new OpenApiSecurityScheme
            {
                Type = scheme.Type == NSwag.OpenApiSecuritySchemeType.ApiKey ? SecuritySchemeType.ApiKey : SecuritySchemeType.Http,
                In = scheme.Type == NSwag.OpenApiSecuritySchemeType.Http ? null : scheme.In switch
                {
                    NSwag.OpenApiSecurityApiKeyLocation.Header => ParameterLocation.Header,
                    NSwag.OpenApiSecurityApiKeyLocation.Cookie => ParameterLocation.Cookie,
                    _ => ParameterLocation.Query,
                },
                Name = scheme.Name,
                Description = scheme.Description,
                Scheme = scheme.Scheme,
                BearerFormat = scheme.BearerFormat,
            });
        return document;
    }

    string? AutoTag(OpenApiOperationTransformerContext context)
    {
        var definition = DefinitionOf(context.Description.ActionDescriptor.EndpointMetadata)!;
        var prefix = (definition.PrefixOverride ?? definition.Settings.Endpoints.RoutePrefix ?? "").Trim('/');
        var path = context.Description.RelativePath ?? "";
        if (prefix.Length > 0 && path.StartsWith(prefix + "/", StringComparison.Ordinal))
            path = path[(prefix.Length + 1)..];
        var segment = path.Split('/').ElementAtOrDefault(options.AutoTagPathSegmentIndex - 1);
        return string.IsNullOrEmpty(segment) ? null : CultureInfo.InvariantCulture.TextInfo.ToTitleCase(segment);
    }
}
