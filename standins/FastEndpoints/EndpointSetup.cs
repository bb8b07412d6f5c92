using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;

namespace FastEndpoints;

// What Configure() may call; all of it only fills in the definition.
public abstract partial class Endpoint<TRequest, TResponse>
{
    protected void Get([StringSyntax("Route")] params string[] routePatterns) => Map(Http.GET, routePatterns);

    protected void Post([StringSyntax("Route")] params string[] routePatterns) => Map(Http.POST, routePatterns);

    protected void Put([StringSyntax("Route")] params string[] routePatterns) => Map(Http.PUT, routePatterns);

    protected void Patch([StringSyntax("Route")] params string[] routePatterns) => Map(Http.PATCH, routePatterns);

    protected void Delete([StringSyntax("Route")] params string[] routePatterns) => Map(Http.DELETE, routePatterns);

    protected void Verbs(params Http[] methods) => Definition.Verbs = [.. methods.Select(m => m.ToString())];

    protected void Routes([StringSyntax("Route")] params string[] patterns) => Definition.Routes = patterns;

    protected void AllowAnonymous() => Definition.AllowAnonymous();

    protected void AuthSchemes(params string[] authSchemeNames) => Definition.AuthSchemes(authSchemeNames);

    protected void Policies(params string[] policyNames) => Definition.Policies(policyNames);

    protected void Policy(Action<AuthorizationPolicyBuilder> policy) => Definition.Policy(policy);

    protected void Roles(params string[] rolesNames) => Definition.Roles(rolesNames);

    protected void Permissions(params string[] permissions) => Definition.Permissions(permissions);

    protected void Claims(params string[] claimTypes) => Definition.Claims(claimTypes);

    protected void Options(Action<RouteHandlerBuilder> builder) => Definition.Options(builder);

    protected void Description(Action<RouteHandlerBuilder> builder, bool clearDefaults = false) =>
        Definition.Description(builder, clearDefaults);

    protected void Summary(EndpointSummary endpointSummary) => Definition.Summary(endpointSummary);

    protected void Summary(Action<EndpointSummary<TRequest>> endpointSummary)
    {
        var summary = new EndpointSummary<TRequest>();
        endpointSummary(summary);
        Definition.Summary(summary);
    }

    protected void Tags(params string[] endpointTags) => Definition.Tags(endpointTags);

    protected void RoutePrefixOverride(string routePrefix) => Definition.RoutePrefixOverride(routePrefix);

    protected void PreProcessor<TPreProcessor>() where TPreProcessor : class, IPreProcessor<TRequest> =>
        Definition.AddPreProcessor<TPreProcessor>(Order.After, static (processor, context, ct) =>
            processor.PreProcessAsync((IPreProcessorContext<TRequest>)context, ct));

    /// <summary>Must follow the verb and route, as in the package.</summary>
    protected void Group<TEndpointGroup>() where TEndpointGroup : notnull, Group, new() =>
        new TEndpointGroup().Apply(Definition);

    void Map(Http verb, string[] routePatterns)
    {
        Verbs(verb);
        Routes(routePatterns);
    }
}
