using Hobom.Slices.Runtime.Telemetry;
using FastEndpoints;
using Hobom.Slices.Broker.Publishing;
using Hobom.Slices.Broker.Sources;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>
/// Events of other systems. Their signature is their key: the route is open, and says nothing of which sources there are.
/// </summary>
public sealed class ReceiveEventEndpoint(BrokerSlice slice, TimeProvider clock, ILoggerFactory logs)
    : EndpointWithoutRequest<object>
{
    public override void Configure()
    {
        Post("/{source}");
        RoutePrefixOverride("hobom-event-processor/sources");
        AllowAnonymous();
        Description(b => b.WithMetadata(SignedRequests.Only, new EventBodyLimit(slice.Settings.PayloadBytes))
            .Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(401).Produces<ErrorAnswer>(409).Produces<ErrorAnswer>(413)
            .Produces<ErrorAnswer>(503));
        Summary(s => (s.Summary, s.Description) = (
            "Take an event of another system",
            "A named source, whose signature is checked (Standard Webhooks, GitHub's or Stripe's headers) over the body's bytes and within "
            + "a time. The body is the payload. The same delivery again is answered with repeated, and stored once."));
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        var name = Route<string>("source") ?? "";
        using var read = new MemoryStream();
        await HttpContext.Request.Body.CopyToAsync(read, ct);
        ReadOnlyMemory<byte> body = read.ToArray();
        if (slice.Settings.Sources.FirstOrDefault(s => s.Name == name) is not { } source)
        {
            await RefuseAsync(401, "the signature is not known", ct);
            return;
        }

        if (!SourceSignature.Check(source, Header, body, clock.GetUtcNow()).TryGetRight(out var id, out var fault))
        {
            logs.CreateLogger("Hobom.Slices.Broker").LogWarning(
                LogEvents.Named("broker.source-refused"),
                "broker: a delivery of source {Source} is not believed: {Fault}", source.Name, fault);
            await RefuseAsync(401, "the signature is not known", ct);
        }
        else if (!SourceEvent.Of(source, id, Header, body, slice.Settings.InstanceId).TryGetRight(out var given, out var lack))
        {
            await RefuseAsync(400, lack, ct);
        }
        else if (slice.Open is not { } broker)
        {
            await RefuseAsync(503, "the store is not open yet", ct);
        }
        else
        {
            await PublishAsync(broker, given, ct);
        }
    }

    async Task PublishAsync(OpenBroker broker, BrokerEvent given, CancellationToken ct)
    {
        if ((await broker.Publisher.PublishAsync([given], ct)).TryGetRight(out var published, out var refusal))
        {
            var appended = published[0];
            if (!appended.Repeated) slice.Counters.CountPublished(given);
            await Send.ResponseAsync(new PublishedEvent(given.Id, given.Source, appended.Repeated ? "repeated" : "stored"), 202, ct);
            return;
        }

        var status = refusal switch
        {
            PublishRefusal.Invalid => 400,
            PublishRefusal.OtherBody => 409,
            PublishRefusal.TooLarge => 413,
            PublishRefusal.Full or PublishRefusal.Unavailable => 503,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        await RefuseAsync(status, refusal.Text, ct);
    }

    string? Header(string name) => HttpContext.Request.Headers.TryGetValue(name, out var value) ? $"{value}" : null;

    Task RefuseAsync(int status, string error, CancellationToken ct) => Send.ResponseAsync(new ErrorAnswer(error), status, ct);
}
