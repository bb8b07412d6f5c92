using System.Reflection;

namespace FastEndpoints;

/// <summary>A settable property of a request and the sources it takes its value from.</summary>
sealed class BoundProperty(PropertyInfo info)
{
    readonly bool route = info.IsDefined(typeof(RouteParamAttribute));
    readonly bool query = info.IsDefined(typeof(QueryParamAttribute));
    readonly FromHeaderAttribute? header = info.GetCustomAttribute<FromHeaderAttribute>();

    public PropertyInfo Info { get; } = info;

    public string Name { get; } = info.GetCustomAttribute<BindFromAttribute>()?.Name ?? info.Name;

    public bool IsBody { get; } = info.IsDefined(typeof(FromBodyAttribute));

    public string? HeaderName => header is null ? null : header.HeaderName ?? Name;

    public bool HeaderIsRequired => header is { IsRequired: true };

    public bool IsRouteOrQueryOnly => route || query;

    public bool IsOutsideBody => route || query || header is not null;

    public bool IsQuery => query;

    public bool TakesRoute => !IsBody && (route || !query);

    public bool TakesQuery => !IsBody && (query || !route);
}
