using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace FastEndpoints;

/// <summary>One route of ASP.NET Core's routing for each verb and pattern of a definition.</summary>
static class EndpointMapping
{
    public static void Map(IEndpointRouteBuilder app, EndpointDefinition definition, EndpointActivation activation)
    {
        var prefix = definition.PrefixOverride ?? definition.Settings.Endpoints.RoutePrefix;
        var single = definition.Routes.Length * definition.Verbs.Length == 1;
        var number = 0;
        foreach (var pattern in definition.Routes)
            foreach (var verb in definition.Verbs)
            {
                Delegate handler = (HttpContext context) => activation.Create(context, definition).ExecAsync(context.RequestAborted);
                var route = app.MapMethods(RoutePath.Join(prefix, pattern), [verb], handler);
                route.WithMetadata(definition).WithName(NameOf(definition) + (single ? "" : $"_{verb}_{++number}"));
                if (!definition.DefaultsCleared)
                    Describe(route, definition, verb);
                definition.Secure(route);
                definition.Conventions(route);
            }
    }

    static string NameOf(EndpointDefinition definition) => definition.Settings.Endpoints.ShortNames
        ? definition.EndpointType.Name
        : definition.EndpointType.FullName!.Replace(".", "", StringComparison.Ordinal).Replace("+", "", StringComparison.Ordinal);

    static void Describe(RouteHandlerBuilder route, EndpointDefinition definition, string verb)
    {
        if (definition.HasRequest)
            route.WithMetadata(new AcceptsMetadata(
                definition.Binder.NeedsNoBody ? ["*/*"]
                : verb is "GET" or "HEAD" or "DELETE" ? ["*/*", "application/json"]
                : ["application/json"],
                definition.ReqDtoType));

        if (definition.ResDtoType == typeof(object))
            route.Produces(StatusCodes.Status204NoContent);
        else if (!definition.ResDtoType.IsAssignableTo(typeof(IResult)))
            route.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, definition.ResDtoType, ["application/json"]));
        if (definition.AllowsAnonymous)
            return;
        route.Produces(StatusCodes.Status401Unauthorized);
        if (definition.AsksMoreThanAUser)
            route.Produces(StatusCodes.Status403Forbidden);
    }
}
