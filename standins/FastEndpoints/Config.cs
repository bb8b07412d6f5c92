using System.Text.Json;
using FluentValidation.Results;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FastEndpoints;

/// <summary>Settings given to UseFastEndpoints. One for an application here; static in the package.</summary>
public sealed class Config
{
    internal Config(IServiceProvider rootServices)
    {
        RootServices = rootServices;
        Serializer = new(rootServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions);
    }

    public EndpointOptions Endpoints { get; } = new();

    public ErrorOptions Errors { get; } = new();

    public SecurityOptions Security { get; } = new();

    public SerializerOptions Serializer { get; }

    internal IServiceProvider RootServices { get; }
}

public sealed class EndpointOptions
{
    public string? RoutePrefix { get; set; }

    /// <summary>Endpoint names without their namespaces.</summary>
    public bool ShortNames { get; set; }

    /// <summary>False leaves an endpoint out.</summary>
    public Func<EndpointDefinition, bool>? Filter { get; set; }

    /// <summary>Runs for each endpoint after its own Configure().</summary>
    public Action<EndpointDefinition>? Configurator { get; set; }
}

public sealed class ErrorOptions
{
    internal const string GeneralErrors = "generalErrors";
    internal const string SerializerErrors = "serializerErrors";

    public int StatusCode { get; set; } = 400;

    public string ContentType { get; set; } = "application/problem+json";

    public Func<List<ValidationFailure>, HttpContext, int, object> ResponseBuilder { get; set; } =
        static (failures, _, statusCode) => new ErrorResponse(failures, statusCode);

    /// <summary>The type that the API document names for error responses.</summary>
    public Type? ProducesMetadataType { get; set; } = typeof(ErrorResponse);
}

public sealed class SecurityOptions
{
    public string PermissionsClaimType { get; set; } = "permissions";
}

public sealed class SerializerOptions
{
    internal SerializerOptions(JsonSerializerOptions options) => Options = options;

    /// <summary>The same object that minimal API results are written with.</summary>
    public JsonSerializerOptions Options { get; }
}
