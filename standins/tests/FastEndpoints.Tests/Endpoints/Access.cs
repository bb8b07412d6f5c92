using FastEndpoints;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace StandIns.FastEndpoints.Tests;

abstract class Secured : EndpointWithoutRequest
{
    public override Task HandleAsync(CancellationToken ct) => Send.OkAsync(User.Identity!.Name, ct);
}

sealed class AsksAUser : Secured
{
    public override void Configure() => Get("secured", "secured/too");
}

sealed class AsksAPolicy : Secured
{
    public override void Configure()
    {
        Get("secured/policy");
        Policies("named-ada");
        AuthSchemes("Test");
    }
}

sealed class AsksARole : Secured
{
    public override void Configure()
    {
        Get("secured/role");
        Roles("admin", "operator");
    }
}

sealed class AsksAPermission : Secured
{
    public override void Configure()
    {
        Get("secured/permission");
        Permissions("replay");
    }
}

public sealed class Administration : Group
{
    public Administration() => Configure("admin", ep =>
    {
        ep.AllowAnonymous();
        ep.Options(b => b.WithMetadata("from the group"));
    });
}

public sealed class Sales : SubGroup<Administration>
{
    public Sales() => Configure("sales", ep => ep.Tags("sales"));
}

sealed class InAGroup : EndpointWithoutRequest
{
    public override void Configure()
    {
        Get("/users");
        Group<Administration>();
    }

    public override Task HandleAsync(CancellationToken ct) => Send.StringAsync("users", cancellation: ct);
}

sealed class InASubGroup : EndpointWithoutRequest
{
    public override void Configure()
    {
        Get("invoices/{id}");
        Group<Sales>();
        Options(b => b.WithMetadata("from the endpoint"));
    }

    public override Task HandleAsync(CancellationToken ct) => Send.StringAsync(Route<string>("id")!, cancellation: ct);
}

sealed class Configured : EndpointWithoutRequest
{
    public override void Configure() => Get("configured");

    public override Task HandleAsync(CancellationToken ct) => Send.OkAsync(ct);
}

sealed class LeftOut : EndpointWithoutRequest
{
    public override void Configure()
    {
        Get("left-out");
        AllowAnonymous();
        Tags("left-out");
    }

    public override Task HandleAsync(CancellationToken ct) => Send.OkAsync(ct);
}

sealed class ManyVerbs : EndpointWithoutRequest
{
    public override void Configure()
    {
        Verbs(Http.PUT, Http.PATCH);
        Routes("many", "more");
        AllowAnonymous();
    }

    public override Task HandleAsync(CancellationToken ct) => Send.StringAsync(HttpContext.Request.Method, cancellation: ct);
}
