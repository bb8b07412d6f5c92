using System.Security.Cryptography;
using System.Text.Json;
using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Hobom.Slices.Runtime;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Streams.Endpoints;

/// <summary>
/// An entity's state as it changes, as server-sent events. Each event is the whole state, so that there is no gap to fill:
/// one who comes back gets the state that there is now, unless it is the one that it has (by <c>Last-Event-ID</c>).
/// </summary>
public sealed class WatchStateEndpoint(StateStore store, TimeProvider clock) : EndpointWithoutRequest
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>A watcher that has lost its rights is gone after this long: it asks anew, and is asked for its key.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public override void Configure()
    {
        Get("/state/{kind}/{id}/changes");
        Policies(Role.Reader);
        Description(b => b.Produces<string>(200, "text/event-stream").Produces<ErrorAnswer>(400));
        Summary(s =>
        {
            s.Summary = "An entity's state as it changes";
            s.Description =
                "Server-sent events `state`, each the whole state as a JSON object, `{}` where there is none; a comment every 15 s. "
                + "The connection ends after 5 minutes; come back with `Last-Event-ID`.";
            s.ResponseExamples[400] = new ErrorAnswer("id must be from 1 to 512 bytes long") { Field = "id" };
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        var (key, fault) = StateRoute.KeyOf(HttpContext);
        if (fault is not null)
        {
            await Send.ResponseAsync(fault, 400, ct);
            return;
        }

        var answer = HttpContext.Response;
        (answer.ContentType, answer.Headers.CacheControl) = ("text/event-stream", "no-store");
        var seen = HttpContext.Request.Headers["Last-Event-ID"].ToString();
        var (begun, spoke) = (clock.GetTimestamp(), clock.GetTimestamp());
        await answer.WriteAsync(": watching\n\n", ct);
        while (!ct.IsCancellationRequested && clock.GetElapsedTime(begun) < Longest)
        {
            if ((await store.GetAsync(key)).TryGetRight(out var found, out _))
            {
                var state = JsonSerializer.Serialize(found.Map(f => f.OrderBy(p => p.Key, StringComparer.Ordinal).ToDictionary())
                    .IfNone([]));
                var id = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(state)))[..16];
                if (id != seen)
                {
                    await answer.WriteAsync($"event: state\nid: {id}\ndata: {state}\n\n", ct);
                    (seen, spoke) = (id, clock.GetTimestamp());
                }
            }

            if (clock.GetElapsedTime(spoke) >= KeepAlive)
            {
                await answer.WriteAsync(": still here\n\n", ct);
                spoke = clock.GetTimestamp();
            }

            await answer.Body.FlushAsync(ct);
            await Delays.WaitAsync(Look, clock, ct);
        }
    }
}
