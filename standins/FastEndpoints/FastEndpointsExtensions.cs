using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FastEndpoints;

/// <summary>Where endpoints are looked for.</summary>
public sealed class EndpointDiscoveryOptions
{
    /// <summary>Searched besides the loaded assemblies.</summary>
    public IEnumerable<Assembly>? Assemblies { get; set; }

    /// <summary>Search <see cref="Assemblies"/> only.</summary>
    public bool DisableAutoDiscovery { get; set; }

    public Func<Type, bool>? Filter { get; set; }
}

public static class FastEndpointsExtensions
{
    public static IServiceCollection AddFastEndpoints(
        this IServiceCollection services, Action<EndpointDiscoveryOptions>? options = null)
    {
        var discovery = new EndpointDiscoveryOptions();
        options?.Invoke(discovery);
        var assemblies = (discovery.Assemblies ?? []).Concat(discovery.DisableAutoDiscovery ? [] : AppDomain.CurrentDomain.GetAssemblies());
        var types = assemblies.Distinct().Where(a => !a.IsDynamic).SelectMany(LoadableTypes)
            .Where(t => t is { IsAbstract: false, ContainsGenericParameters: false } && t.IsAssignableTo(typeof(BaseEndpoint)))
            .Where(discovery.Filter ?? (_ => true));

        return services
            .AddSingleton(new EndpointTypes([.. types]))
            .AddSingleton(provider => new Config(provider));
    }

    public static IApplicationBuilder UseFastEndpoints(this IApplicationBuilder app, Action<Config>? configAction = null)
    {
        ((IEndpointRouteBuilder)app).MapFastEndpoints(configAction);
        return app;
    }

    public static IEndpointRouteBuilder MapFastEndpoints(this IEndpointRouteBuilder app, Action<Config>? configAction = null)
    {
        var config = app.ServiceProvider.GetRequiredService<Config>();
        configAction?.Invoke(config);
        using var scope = app.ServiceProvider.CreateScope();
        foreach (var type in app.ServiceProvider.GetRequiredService<EndpointTypes>().All)
        {
            var activation = new EndpointActivation(type);
            var definition = Define(type, activation, scope.ServiceProvider, config);
            if (config.Endpoints.Filter?.Invoke(definition) ?? true)
                EndpointMapping.Map(app, definition, activation);
        }

        return app;
    }

    static EndpointDefinition Define(Type type, EndpointActivation activation, IServiceProvider services, Config config)
    {
        var contract = type;
        while (!contract.IsGenericType || contract.GetGenericTypeDefinition() != typeof(Endpoint<,>))
            contract = contract.BaseType!;
        var arguments = contract.GetGenericArguments();
        var definition = new EndpointDefinition(type, arguments[0], arguments[1], config);
        activation.Create(new DefaultHttpContext { RequestServices = services }, definition).Configure();
        config.Endpoints.Configurator?.Invoke(definition);
        return definition;
    }

    static Type[] LoadableTypes(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException partly)
        {
            return [.. partly.Types.OfType<Type>()];
        }
    }
}

sealed record EndpointTypes(IReadOnlyList<Type> All);

/// <summary>Makes an endpoint for a request: constructor from the container, then its public settable properties.</summary>
sealed class EndpointActivation(Type type)
{
    readonly ObjectFactory create = ActivatorUtilities.CreateFactory(type, Type.EmptyTypes);

    readonly PropertyInfo[] injected = [.. type.GetProperties()
        .Where(p => p.GetSetMethod() is not null && p.DeclaringType!.Assembly != typeof(BaseEndpoint).Assembly)];

    public BaseEndpoint Create(HttpContext context, EndpointDefinition definition)
    {
        var endpoint = (BaseEndpoint)create(context.RequestServices, null);
        (endpoint.HttpContext, endpoint.Definition) = (context, definition);
        foreach (var property in injected)
            property.SetValue(endpoint, context.RequestServices.GetRequiredService(property.PropertyType));
        return endpoint;
    }
}
