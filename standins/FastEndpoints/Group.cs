namespace FastEndpoints;

/// <summary>A route prefix and settings shared by endpoints; a subclass calls <see cref="Configure"/> in its constructor.</summary>
public abstract class Group
{
    string prefix = "";
    Action<EndpointDefinition> setup = _ => { };

    protected void Configure(string routePrefix, Action<EndpointDefinition> ep) => (prefix, setup) = (routePrefix, ep);

    internal virtual void Apply(EndpointDefinition definition)
    {
        if (definition.Routes.Length == 0)
            throw new InvalidOperationException($"{definition.EndpointType}: Group<T>() must follow the verb and route.");
        definition.Routes = [.. definition.Routes.Select(route => RoutePath.Join(prefix, route))];
        setup(definition);
    }
}

public abstract class SubGroup<TParent> : Group where TParent : Group, new()
{
    internal override void Apply(EndpointDefinition definition)
    {
        base.Apply(definition);
        new TParent().Apply(definition);
    }
}

static class RoutePath
{
    /// <summary>Segments with exactly one slash before each; empty ones vanish.</summary>
    public static string Join(params string?[] parts) =>
        "/" + string.Join('/', parts.Select(p => p?.Trim('/')).Where(p => !string.IsNullOrEmpty(p)));
}
