using System.Security.Claims;
using FluentValidation.Results;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FastEndpoints;

/// <summary>What every endpoint has. One instance lives for one request.</summary>
public abstract class BaseEndpoint
{
    public HttpContext HttpContext { get; internal set; } = null!;

    public EndpointDefinition Definition { get; internal set; } = null!;

    public List<ValidationFailure> ValidationFailures { get; } = [];

    public bool ValidationFailed => ValidationFailures.Count > 0;

    public ClaimsPrincipal User => HttpContext.User;

    public ILogger Logger => Resolve<ILoggerFactory>().CreateLogger(GetType());

    public IConfiguration Config => Resolve<IConfiguration>();

    public IWebHostEnvironment Env => Resolve<IWebHostEnvironment>();

    /// <summary>Called once, at start-up, on an instance that serves no request.</summary>
    public virtual void Configure() =>
        throw new NotImplementedException($"{GetType()} does not override Configure().");

    public TService Resolve<TService>() where TService : class =>
        HttpContext.RequestServices.GetRequiredService<TService>();

    public TService? TryResolve<TService>() where TService : class =>
        HttpContext.RequestServices.GetService<TService>();

    internal abstract Task ExecAsync(CancellationToken ct);

    /// <summary>A route value; missing or malformed ends the request with the error response unless it is optional.</summary>
    protected T? Route<T>(string paramName, bool isRequired = true) =>
        Read<T>(paramName, HttpContext.Request.RouteValues[paramName]?.ToString(), isRequired);

    /// <summary>A query value; missing or malformed ends the request with the error response unless it is optional.</summary>
    protected T? Query<T>(string paramName, bool isRequired = true) =>
        Read<T>(paramName, HttpContext.Request.Query[paramName], isRequired);

    T? Read<T>(string name, Microsoft.Extensions.Primitives.StringValues values, bool isRequired)
    {
        object? parsed = null;
        if (values.Count > 0 && ValueParser.TryParse(typeof(T), values, Definition.Settings.Serializer.Options, out parsed))
            return (T?)parsed;
        if (!isRequired)
            return default;
        ValidationFailures.Add(ValueParser.Failure(name, values, typeof(T)));
        throw new ValidationFailureException(ValidationFailures, $"[{name}] is missing or malformed.");
    }
}
