using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace FastEndpoints;

/// <summary>One endpoint class as configured; also found in the metadata of its routes.</summary>
public sealed class EndpointDefinition
{
    readonly List<string> policies = [];
    readonly List<string> roles = [];
    readonly List<string> permissions = [];
    readonly List<string> claims = [];
    readonly List<string> schemes = [];
    readonly List<Action<AuthorizationPolicyBuilder>> policyActions = [];

    internal EndpointDefinition(Type endpointType, Type requestType, Type responseType, Config settings)
    {
        (EndpointType, ReqDtoType, ResDtoType, Settings) = (endpointType, requestType, responseType, settings);
        Binder = new(requestType);
        OverridesExecute = Array.Exists(endpointType.GetMethods(), m =>
            m.Name == "ExecuteAsync" && m.DeclaringType!.Assembly != typeof(BaseEndpoint).Assembly);
    }

    public Type EndpointType { get; }

    public Type ReqDtoType { get; }

    public Type ResDtoType { get; }

    /// <summary>With the group's prefix, without the global one.</summary>
    public string[] Routes { get; internal set; } = [];

    public string[] Verbs { get; internal set; } = [];

    public HashSet<string>? EndpointTags { get; private set; }

    public EndpointSummary? EndpointSummary { get; private set; }

    internal Config Settings { get; }

    internal RequestBinder Binder { get; }

    internal bool OverridesExecute { get; }

    internal bool AllowsAnonymous { get; private set; }

    internal bool DefaultsCleared { get; private set; }

    internal string? PrefixOverride { get; private set; }

    internal Action<RouteHandlerBuilder> Conventions { get; private set; } = _ => { };

    internal List<Func<IPreProcessorContext, CancellationToken, Task>> PreProcessors { get; } = [];

    internal bool HasRequest => ReqDtoType != typeof(EmptyRequest);

    internal bool AsksMoreThanAUser =>
        policies.Count + roles.Count + permissions.Count + claims.Count + policyActions.Count > 0;

    public void AllowAnonymous() => AllowsAnonymous = true;

    public void AuthSchemes(params string[] authSchemeNames) => schemes.AddRange(authSchemeNames);

    public void Policies(params string[] policyNames) => policies.AddRange(policyNames);

    public void Policy(Action<AuthorizationPolicyBuilder> policy) => policyActions.Add(policy);

    /// <summary>Any one of them suffices, also over several calls; so with permissions and claims.</summary>
    public void Roles(params string[] rolesNames) => roles.AddRange(rolesNames);

    public void Permissions(params string[] permissionNames) => permissions.AddRange(permissionNames);

    public void Claims(params string[] claimTypes) => claims.AddRange(claimTypes);

    public void Options(Action<RouteHandlerBuilder> builder) => Conventions += builder;

    public void Description(Action<RouteHandlerBuilder> builder, bool clearDefaults = false)
    {
        DefaultsCleared |= clearDefaults;
        Conventions += builder;
    }

    public void Summary(Action<EndpointSummary> endpointSummary) => endpointSummary(EndpointSummary ??= new());

    public void Summary(EndpointSummary endpointSummary) => EndpointSummary = endpointSummary;

    public void Tags(params string[] endpointTags) => (EndpointTags ??= []).UnionWith(endpointTags);

    public void RoutePrefixOverride(string routePrefix) => PrefixOverride = routePrefix;

    public void PreProcessor<TPreProcessor>(Order order) where TPreProcessor : class, IGlobalPreProcessor =>
        AddPreProcessor<TPreProcessor>(order, static (processor, context, ct) => processor.PreProcessAsync(context, ct));

    internal void AddPreProcessor<T>(Order order, Func<T, IPreProcessorContext, CancellationToken, Task> run) where T : class
    {
        var single = new Lazy<T>(() => ActivatorUtilities.CreateInstance<T>(Settings.RootServices));
        PreProcessors.Insert(
            order == Order.Before ? 0 : PreProcessors.Count, (context, ct) => run(single.Value, context, ct));
    }

    /// <summary>Secured unless anonymous access was asked for.</summary>
    internal void Secure(RouteHandlerBuilder route)
    {
        if (AllowsAnonymous)
        {
            route.AllowAnonymous();
            return;
        }

        var policy = new AuthorizationPolicyBuilder([.. schemes]).RequireAuthenticatedUser();
        if (roles.Count > 0)
            policy.RequireRole(roles);
        if (permissions.Count > 0)
            policy.RequireClaim(Settings.Security.PermissionsClaimType, permissions);
        if (claims.Count > 0)
            policy.RequireAssertion(asked => asked.User.HasClaim(c => claims.Contains(c.Type, StringComparer.OrdinalIgnoreCase)));
        policyActions.ForEach(act => act(policy));

        route.RequireAuthorization(policy.Build());
        if (policies.Count > 0)
            route.RequireAuthorization([.. policies]);
    }
}

public enum Order
{
    Before,
    After,
}

public enum Http
{
    GET = 1,
    POST,
    PUT,
    PATCH,
    DELETE,
    HEAD,
    OPTIONS,
}
