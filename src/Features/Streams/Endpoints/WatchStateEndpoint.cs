using System.Text.Json;
using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Hobom.Slices.Runtime;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Hobom.Slices.Streams.Endpoints;

/// <summary>
/// An entity's state as it changes, as server-sent events. Each event is the whole state, and its id has the number of the
/// change: changes that were not shown one by one are told as a gap, and one who comes back with <c>Last-Event-ID</c> is told
/// what he missed. Nothing is kept for a watcher, so that one who is slow or gone costs nothing. A caller may watch as many as there
/// may be at all: one key can stand for a service that shows many entities.
/// </summary>
public sealed class WatchStateEndpoint(StateStore store, OpenStreams streams, IHostApplicationLifetime host, TimeProvider clock)
    : EndpointWithoutRequest
{
    const string Kind = "states";

    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>A watcher that has lost its rights is gone after this long: it asks anew, and is asked for its key.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public override void Configure()
    {
        Get("/state/{kind}/{id}/changes");
        Policies(Role.Reader);
        Description(b => b.Produces<string>(200, "text/event-stream").Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "An entity's state as it changes";
            s.Description =
                "Server-sent events `state`, each the whole state as a JSON object, `{}` where there is none. Their id is "
                + "`<epoch>.<number>.<digest>`; where numbers were passed over, an event `gap` comes first: `{\"missed\":2}`, or "
                + "`{\"missed\":null}` where Redis lost the count. A comment every 15 s. The connection ends after 5 minutes; come "
                + "back with `Last-Event-ID`. 503 with `Retry-After` where the process has as many open as it may.";
            s.ResponseExamples[400] = new ErrorAnswer("id must be from 1 to 512 bytes long") { Field = "id" };
            s.ResponseExamples[503] = new ErrorAnswer("too many streams of states are open in this process");
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

        if (!streams.TryEnter(Kind, caller: null, out var refusal))
        {
            await Send.ResponseAsync(refusal.AnswerOn(HttpContext.Response), refusal.Status, ct);
            return;
        }

        try
        {
            // Who watches must not keep the process from stopping.
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct, host.ApplicationStopping);
            await WatchAsync(key, ending.Token);
        }
        catch (OperationCanceledException)
        {
            // Who watched has left, or the process is stopping.
        }
        finally
        {
            streams.Leave(Kind, caller: null);
        }
    }

    async Task WatchAsync(StateKey key, CancellationToken ending)
    {
        var answer = HttpContext.Response;
        (answer.ContentType, answer.Headers.CacheControl) = ("text/event-stream", "no-store");
        var last = StateSighting.Parse(HttpContext.Request.Headers["Last-Event-ID"].ToString());
        var (begun, spoke) = (clock.GetTimestamp(), clock.GetTimestamp());
        await answer.WriteAsync(": watching\n\n", ending);
        while (!ending.IsCancellationRequested && clock.GetElapsedTime(begun) < Longest)
        {
            if ((await store.LookAsync(key)).TryGetRight(out var found, out _))
            {
                var state = JsonSerializer.Serialize(found.Fields.OrderBy(p => p.Key, StringComparer.Ordinal).ToDictionary());
                var seen = StateSighting.Of(found.Epoch, found.Number, state);
                if (EventsOf(seen, seen.Since(last), state) is { Length: > 0 } events)
                {
                    await answer.WriteAsync(events, ending);
                    (last, spoke) = (seen, clock.GetTimestamp());
                }
            }

            if (clock.GetElapsedTime(spoke) >= KeepAlive)
            {
                await answer.WriteAsync(": still here\n\n", ending);
                spoke = clock.GetTimestamp();
            }

            await answer.Body.FlushAsync(ending);
            await Delays.WaitAsync(Look, clock, ending);
        }
    }

    static string EventsOf(StateSighting seen, StateNews news, string state) => news switch
    {
        StateNews.Nothing => "",
        StateNews.Changed => $"event: state\nid: {seen.Id}\ndata: {state}\n\n",
        StateNews.ChangedAfterGap(var missed) =>
            $"event: gap\ndata: {{\"missed\":{(missed is { } known ? $"{known}" : "null")}}}\n\n"
            + $"event: state\nid: {seen.Id}\ndata: {state}\n\n",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
