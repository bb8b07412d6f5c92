// The few NSwag names that settings are written with.
namespace NSwag
{
    public enum OpenApiSecuritySchemeType
    {
        ApiKey,
        Http,
    }

    public enum OpenApiSecurityApiKeyLocation
    {
        Query,
        Header,
        Cookie,
    }

    public sealed class OpenApiSecurityScheme
    {
        public OpenApiSecuritySchemeType Type { get; set; }

        public OpenApiSecurityApiKeyLocation In { get; set; }

        /// <summary>The header, cookie or query key of an API key.</summary>
        public string? Name { get; set; }

        public string? Description { get; set; }

        public string? Scheme { get; set; }

        public string? BearerFormat { get; set; }
    }
}

namespace NSwag.Generation.AspNetCore
{
    public sealed class AspNetCoreOpenApiDocumentGeneratorSettings
    {
        public string DocumentName { get; set; } = "v1";

        public string Title { get; set; } = "My Title";

        public string? Description { get; set; }

        public string Version { get; set; } = "1.0.0";

        internal Dictionary<string, OpenApiSecurityScheme> SecuritySchemes { get; } = [];
    }
}
