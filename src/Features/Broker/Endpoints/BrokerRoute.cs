using FastEndpoints;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>A refusal of the broker's routes.</summary>
/// <param name="Field">The parameter or member of the body that is at fault.</param>
/// <param name="Code">The contract's word where it has one: <c>queue_full</c>.</param>
public sealed record BrokerRefusal(string Error, string? Field = null, string? Code = null);

/// <summary>The callers' roles that the broker's routes ask for; the host says who has which.</summary>
static class BrokerRole
{
    public const string Reader = "reader";

    public const string Operator = "operator";
}

/// <summary>What the broker's routes share: 503 until the store is open, and its failures.</summary>
public abstract class BrokerRoute(BrokerSlice slice) : EndpointWithoutRequest<object>
{
    protected BrokerSlice Slice => slice;

    protected string Caller => HttpContext.User.Identity?.Name ?? "anonymous";

    public sealed override async Task HandleAsync(CancellationToken ct)
    {
        if (slice.Open is { } broker) await HandleAsync(broker, ct);
        else await RefuseAsync(503, "the store is not open yet", ct);
    }

    protected abstract Task HandleAsync(OpenBroker broker, CancellationToken ct);

    protected Task RefuseAsync(int status, string error, CancellationToken ct, string? field = null, string? code = null) =>
        Send.ResponseAsync(new BrokerRefusal(error, field, code), status, ct);

    protected Task RefuseAsync(StoreFailure failure, CancellationToken ct) => RefuseAsync(503, failure.Message, ct);

    /// <summary>A part of the route, with slashes in it written as %2F.</summary>
    protected string Part(string name) => Uri.UnescapeDataString(Route<string>(name) ?? "");

    protected EventIdentity Identity => new(Part("source"), Part("id"));

    protected void Describe(string summary, string description, params int[] refusals)
    {
        Description(b =>
        {
            foreach (var status in refusals) b.Produces<BrokerRefusal>(status);
            b.Produces<BrokerRefusal>(503);
        });
        Summary(s => (s.Summary, s.Description) = (summary, description));
    }
}
