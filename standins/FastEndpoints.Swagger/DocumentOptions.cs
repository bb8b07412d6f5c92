using NSwag;
using NSwag.Generation.AspNetCore;

namespace FastEndpoints.Swagger;

public sealed class DocumentOptions
{
    public Action<AspNetCoreOpenApiDocumentGeneratorSettings>? DocumentSettings { get; set; }

    public bool EnableJWTBearerAuth { get; set; } = true;

    /// <summary>Schemas are named by the type alone, without its namespace.</summary>
    public bool ShortSchemaNames { get; set; }

    public bool ExcludeNonFastEndpoints { get; set; }

    /// <summary>The 1-based segment of the route, after the global prefix, that becomes the tag; 0 for no tag.</summary>
    public int AutoTagPathSegmentIndex { get; set; } = 1;

    public Func<EndpointDefinition, bool>? EndpointFilter { get; set; }
}

public static class DocumentSettingsExtensions
{
    /// <summary>Adds a scheme that every endpoint without anonymous access asks for.</summary>
    public static AspNetCoreOpenApiDocumentGeneratorSettings AddAuth(
        this AspNetCoreOpenApiDocumentGeneratorSettings s, string schemeName, OpenApiSecurityScheme securityScheme)
    {
        s.SecuritySchemes[schemeName] = securityScheme;
        return s;
    }
}
