using FastEndpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Void = FastEndpoints.Void;

namespace StandIns.FastEndpoints.Tests;

sealed class SendByKind : EndpointWithoutRequest
{
    public override void Configure()
    {
        Get("send/{kind}");
        AllowAnonymous();
    }

    public override Task HandleAsync(CancellationToken ct) => Route<string>("kind") switch
    {
        "ok" => Send.OkAsync(ct),
        "json" => Send.ResponseAsync(new { FullName = "Ada" }, 202, ct),
        "text" => Send.StringAsync("plain", 203, cancellation: ct),
        "bytes" => Send.BytesAsync([1, 2, 3], "b.bin", "application/x-b", cancellation: ct),
        "result" => Send.ResultAsync(Results.Json(new { A = 1 }, statusCode: 418)),
        "not-found" => Send.NotFoundAsync(ct),
        "no-content" => Send.NoContentAsync(ct),
        "unauthorized" => Send.UnauthorizedAsync(ct),
        "forbidden" => Send.ForbiddenAsync(ct),
        _ => Task.CompletedTask,
    };
}

public sealed record Faulty(string? Email, int Age);

sealed class FaultsOfAHandler : Endpoint<Faulty>
{
    public override void Configure()
    {
        Post("faults/{kind}");
        AllowAnonymous();
    }

    public override async Task<Void> HandleAsync(Faulty req, CancellationToken ct)
    {
        switch (Route<string>("kind"))
        {
            case "added":
                AddError(r => r.Email, "taken");
                AddError(r => r.Age, "too young");
                AddError(r => r.Age, "far too young");
                ThrowIfAnyErrors();
                break;
            case "thrown":
                ThrowError("no way", 409);
                break;
            case "sent":
                AddError("general");
                return await Send.ErrorsAsync(422, ct);
            case "own-errors":
                ThrowError(r => r.Email, "mine");
                break;
            default:
                ThrowIfAnyErrors();
                break;
        }

        return await Send.OkAsync("fine", ct);
    }
}

public sealed class Settable
{
    public string FullName { get; set; } = "";
}

sealed class SendByResponseProperty : EndpointWithoutRequest<Settable>
{
    public override void Configure()
    {
        Get("response-property");
        AllowAnonymous();
    }

    public override Task HandleAsync(CancellationToken ct)
    {
        Response.FullName = "Ada Lovelace";
        return Task.CompletedTask;
    }
}

sealed class SendByUnion : EndpointWithoutRequest<Results<Ok<Settable>, NotFound>>
{
    public override void Configure()
    {
        Get("union");
        AllowAnonymous();
    }

    public override async Task<Results<Ok<Settable>, NotFound>> ExecuteAsync(CancellationToken ct)
    {
        await Task.CompletedTask;
        return Query<bool>("found") ? TypedResults.Ok(new Settable { FullName = "found" }) : TypedResults.NotFound();
    }
}

sealed class UseServices(Greeter greeter) : EndpointWithoutRequest
{
    public Greeter Injected { get; set; } = null!;

    public override void Configure()
    {
        Get("services");
        AllowAnonymous();
    }

    public override Task HandleAsync(CancellationToken ct) =>
        Send.OkAsync(new[] { greeter.Greet("a"), Injected.Greet("b"), Resolve<Greeter>().Greet("c") }, ct);
}

sealed class Stamp : IGlobalPreProcessor
{
    public Task PreProcessAsync(IPreProcessorContext context, CancellationToken ct)
    {
        context.HttpContext.Response.Headers["x-stamp"] = "here";
        return Task.CompletedTask;
    }
}

sealed class RefuseBots : IPreProcessor<Faulty>
{
    public Task PreProcessAsync(IPreProcessorContext<Faulty> context, CancellationToken ct) =>
        context.Request.Email is "bot" ? context.HttpContext.Response.SendForbiddenAsync(ct) : Task.CompletedTask;
}

sealed class Guarded : Endpoint<Faulty>
{
    public override void Configure()
    {
        Post("guarded");
        AllowAnonymous();
        PreProcessor<RefuseBots>();
    }

    public override Task HandleAsync(Faulty req, CancellationToken ct) => Send.OkAsync("handled", ct);
}
