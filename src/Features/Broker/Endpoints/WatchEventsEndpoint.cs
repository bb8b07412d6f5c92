using System.Globalization;
using System.Text.Json;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Hobom.Slices.Runtime;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>
/// Events as they come, as server-sent events. Each has its number in the order in which events were first seen; who comes
/// back with the last one (<c>Last-Event-ID</c>) has missed nothing.
/// </summary>
public sealed class WatchEventsEndpoint(BrokerSlice slice, OpenStreams streams, IHostApplicationLifetime host, TimeProvider clock)
    : BrokerRoute(slice)
{
    const int PageSize = 100;
    const string Kind = "events";

    /// <summary>A watcher that has lost its rights is gone after this long: it asks anew, and is asked for its key.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public override void Configure()
    {
        Get("/broker/events/live");
        Policies(Role.Reader);
        Describe(
            "Events as they come",
            "Server-sent events. pattern: as of a consumer, `*` where it is left out. From now on, or on from Last-Event-ID. The "
            + "connection ends after 5 minutes; come back with the last id, which the first line has already. 20 at a time for each "
            + "caller.",
            400, 429);
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        var text = Query<string>("pattern", isRequired: false) is { Length: > 0 } given ? given : "*";
        if (!EventPattern.Parse(text, Slice.Settings.AllowManySegments).TryGetRight(out var pattern, out var fault))
        {
            await RefuseAsync(400, $"pattern: {fault}", ct, "pattern");
            return;
        }

        var last = HttpContext.Request.Headers["Last-Event-ID"].ToString();
        if (!long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var after)
            && !(await broker.Store.Read.Latest(ct)).TryGetRight(out after, out var failure))
        {
            // From nowhere in particular would be the whole history.
            await RefuseAsync(failure, ct);
            return;
        }

        if (!streams.TryEnter(Kind, Caller, out var refusal))
        {
            await Send.ResponseAsync(refusal.AnswerOn(HttpContext.Response), refusal.Status, ct);
            return;
        }

        try
        {
            await FollowAsync(broker, pattern, after, ct);
        }
        finally
        {
            streams.Leave(Kind, Caller);
        }
    }

    async Task FollowAsync(OpenBroker broker, EventPattern pattern, long after, CancellationToken ct)
    {
        HttpContext.Response.ContentType = "text/event-stream";
        HttpContext.Response.Headers.CacheControl = "no-cache";
        var begun = clock.GetTimestamp();
        var woken = broker.Store.WakeUp.Listen();
        try
        {
            // Who watches must not keep the process from stopping.
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct, host.ApplicationStopping);
            await HttpContext.Response.WriteAsync($"id: {after}\n: from now on\n\n", ct);
            while (!ending.IsCancellationRequested && clock.GetElapsedTime(begun) < Longest)
                after = await SendAsync(broker, pattern, after, woken, ending.Token);
        }
        catch (OperationCanceledException)
        {
            // Who watched has left, or the process is stopping.
        }
        finally
        {
            broker.Store.WakeUp.Forget(woken);
        }
    }

    async Task<long> SendAsync(OpenBroker broker, EventPattern pattern, long after, Signal woken, CancellationToken ct)
    {
        var page = (await broker.Store.Read.Since(after, PageSize, ct)).IfLeft([]);
        foreach (var stored in page.Where(e => pattern.Matches(e.Event.Type)))
        {
            var data = JsonSerializer.Serialize(EventView.Of(stored, Sight), Json);
            // A payload may hold line ends: each line of the data is a field of its own, and the reader joins them again. Of these
            // alone: others that Unicode knows may stand in a text as they are.
            var lines = data.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n')
                .Replace("\n", "\ndata: ", StringComparison.Ordinal);
            await HttpContext.Response.WriteAsync($"id: {stored.RoutedNo}\nevent: event\ndata: {lines}\n\n", ct);
        }

        // A comment tells whether somebody is still there; and who comes back goes on behind what did not fit as well.
        var seen = page.Count == 0 ? after : page[^1].RoutedNo ?? after;
        await HttpContext.Response.WriteAsync($"id: {seen}\n:\n\n", ct);
        await HttpContext.Response.Body.FlushAsync(ct);
        if (page.Count < PageSize)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
            await Task.WhenAny(woken.WaitAsync(over.Token), Delays.WaitAsync(LookInterval, clock, over.Token));
            await over.CancelAsync();
        }

        return seen;
    }
}
