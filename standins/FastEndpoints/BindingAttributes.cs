namespace FastEndpoints;

/// <summary>The one source of a property: the query string.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class QueryParamAttribute : Attribute;

/// <summary>The one source of a property: the route.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RouteParamAttribute : Attribute;

/// <summary>The property takes the whole JSON body.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FromBodyAttribute : Attribute;

/// <summary>The name of a property in route and query.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BindFromAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>The property takes a header's value, which wins over all other sources.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FromHeaderAttribute : Attribute
{
    public FromHeaderAttribute()
    {
    }

    public FromHeaderAttribute(string headerName) => HeaderName = headerName;

    public string? HeaderName { get; }

    public bool IsRequired { get; set; } = true;
}
