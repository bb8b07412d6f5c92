using FastEndpoints;
using Microsoft.AspNetCore.Http;

namespace StandIns.FastEndpoints.Tests;

public enum Colour
{
    Red,
    DarkGreen,
}

public sealed class EverySourceRequest
{
    public string? Id { get; set; }

    public string? Name { get; set; }

    [FromHeader("x-tenant", IsRequired = false)]
    public string? Tenant { get; set; }

    [QueryParam]
    public string? QueryOnly { get; set; }

    [BindFrom("customer_id")]
    public string? Customer { get; set; }
}

public sealed record EverySourceResponse(string? Id, string? Name, string? Tenant, string? QueryOnly, string? Customer);

sealed class BindEverySource : Endpoint<EverySourceRequest, EverySourceResponse>
{
    public override void Configure()
    {
        Post("every-source/{id}");
        AllowAnonymous();
    }

    public override Task HandleAsync(EverySourceRequest req, CancellationToken ct) =>
        Send.OkAsync(new(req.Id, req.Name, req.Tenant, req.QueryOnly, req.Customer), ct);
}

public sealed record EveryType(
    int Number, long? Big, bool Flag, Colour Colour, DateTimeOffset? At, TimeSpan? Span, Guid? Key, decimal? Amount,
    int[] Numbers, List<string> Words, IReadOnlyList<Colour> Colours, int Limit = 50);

sealed class BindEveryType : Endpoint<EveryType, EveryType>
{
    public override void Configure()
    {
        Get("every-type/{number}");
        AllowAnonymous();
    }

    public override Task HandleAsync(EveryType req, CancellationToken ct) => Send.OkAsync(req, ct);
}

sealed class BindBody : Endpoint<EveryType, EveryType>
{
    public override void Configure()
    {
        Post("every-type");
        AllowAnonymous();
    }

    public override Task HandleAsync(EveryType req, CancellationToken ct) => Send.OkAsync(req, ct);
}

public sealed class NoBodyRequest
{
    [RouteParam]
    public required int Id { get; set; }

    [FromHeader("x-reason")]
    public string Reason { get; set; } = "";

    [QueryParam]
    public bool Force { get; set; }
}

sealed class BindWithoutBody : Endpoint<NoBodyRequest>
{
    public override void Configure()
    {
        Post("no-body/{id}");
        AllowAnonymous();
    }

    public override Task HandleAsync(NoBodyRequest req, CancellationToken ct) =>
        Send.OkAsync(new { req.Id, req.Reason, req.Force }, ct);
}

public sealed class MixedRequest
{
    [RouteParam]
    public required int Id { get; set; }

    public required string Name { get; set; }
}

sealed class BindRequiredFromTwoSources : Endpoint<MixedRequest>
{
    public override void Configure()
    {
        Put("mixed/{id}");
        AllowAnonymous();
    }

    public override Task HandleAsync(MixedRequest req, CancellationToken ct) => Send.OkAsync(new { req.Id, req.Name }, ct);
}

public sealed record OptionalBody(string? Note);

sealed class BindOptionalBody : Endpoint<OptionalBody>
{
    public override void Configure()
    {
        Post("optional-body");
        AllowAnonymous();
        Description(b => b.Accepts<OptionalBody>());
    }

    public override Task HandleAsync(OptionalBody req, CancellationToken ct) => Send.OkAsync(new { Note = req.Note ?? "none" }, ct);
}

sealed class BindArray : Endpoint<List<int>>
{
    public override void Configure()
    {
        Post("array");
        AllowAnonymous();
    }

    public override Task HandleAsync(List<int> req, CancellationToken ct) => Send.OkAsync(req.Sum(), ct);
}

sealed class ReadWithoutRequest : EndpointWithoutRequest
{
    public override void Configure()
    {
        Get("without-request/{id}");
        AllowAnonymous();
    }

    public override Task HandleAsync(CancellationToken ct) =>
        Send.OkAsync(new { Id = Route<Guid>("id"), Page = Query<int>("page"), Size = Query<int>("size", isRequired: false) }, ct);
}
