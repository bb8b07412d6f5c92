using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Broker.Endpoints;

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

    protected Task RefuseAsync(int status, string error, CancellationToken ct, string? field = null) =>
        Send.ResponseAsync(new ErrorAnswer(error) { Field = field }, status, ct);

    protected Task RefuseAsync(StoreFailure failure, CancellationToken ct) => RefuseAsync(503, failure.Message, ct);

    /// <summary>Readers see neither payloads nor metadata nor what errors quote of them.</summary>
    protected bool SeesAll => Role.SeesAll(HttpContext.User);

    /// <summary>A part of the route, with slashes in it written as %2F.</summary>
    protected string Part(string name) => RoutePart.Of(HttpContext, name);

    protected EventIdentity Identity => new(Part("source"), Part("id"));

    protected void Describe(string summary, string description, params int[] refusals)
    {
        Description(b =>
        {
            foreach (var status in refusals) b.Produces<ErrorAnswer>(status);
            b.Produces<ErrorAnswer>(503);
        });
        Summary(s => (s.Summary, s.Description) = (summary, description));
    }
}
