using System.Text.Json;
using FastEndpoints;
using Hobom.Slices.Http;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Polling;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Hobom.Slices.Page.Changes;

/// <summary>Tells each second where things stand, so that nobody has to ask again and again.</summary>
public sealed class FollowChangesEndpoint(
    PageFlows flows, LettersNow letters, OpenStreams streams, IHostApplicationLifetime host, TimeProvider clock)
    : EndpointWithoutRequest<object>
{
    const string Kind = "changes";

    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Then the browser asks anew, and its rights are looked at again.</summary>
    static readonly TimeSpan StreamLimit = TimeSpan.FromMinutes(1);

    public override void Configure()
    {
        Get("/changes");
        Policies(Role.Reader);
        Description(b => b.Produces<ChangeMark>(200, "text/event-stream").Produces<ErrorAnswer>(429).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Follow what changes";
            s.Description = "Server-sent events, one each second: the server's clock, a number that changes whenever any letter did, and "
                + "the state of each flow; no letters and no flows where the broker runs alone. It ends after a minute and is to be "
                + "asked for again; 20 at a time for each caller.";
            s.ResponseExamples[200] = new ChangeMark(
                DateTimeOffset.UnixEpoch, new LettersMark(Loaded: true, 214, 17, DateTimeOffset.UnixEpoch),
                [new FlowMark("messages", "waiting", 120_417, 3, Down: false)]);
            s.ResponseExamples[429] = new ErrorAnswer("20 streams of changes are open already");
            s.ResponseExamples[503] = new ErrorAnswer("too many streams of changes are open in this process");
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        var caller = User.Identity?.Name ?? "";
        if (!streams.TryEnter(Kind, caller, out var refusal))
        {
            await Send.ResponseAsync(refusal.AnswerOn(HttpContext.Response), refusal.Status, ct);
            return;
        }

        try
        {
            HttpContext.Response.ContentType = "text/event-stream";
            HttpContext.Response.Headers["X-Accel-Buffering"] = "no";
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct, host.ApplicationStopping);
            await TellAsync(ending.Token);
        }
        catch (OperationCanceledException)
        {
            // Who followed has left, or the process is stopping.
        }
        finally
        {
            streams.Leave(Kind, caller);
        }
    }

    async Task TellAsync(CancellationToken ending)
    {
        var begun = clock.GetTimestamp();
        await HttpContext.Response.WriteAsync("retry: 500\n\n", ending);
        do
        {
            var mark = new ChangeMark(clock.GetUtcNow(), letters(), [.. flows.Slices.Select(MarkOf)]);
            await HttpContext.Response.WriteAsync($"data: {JsonSerializer.Serialize(mark, JsonSerializerOptions.Web)}\n\n", ending);
            await HttpContext.Response.Body.FlushAsync(ending);
        }
        while (clock.GetElapsedTime(begun) < StreamLimit && await Delays.WaitAsync(Interval, clock, ending));
    }

    static FlowMark MarkOf(Slice slice)
    {
        var status = slice.Loop.Status;
        var state = status.State is PollerState.Standby ? "standing-by" : status.State.ToString().ToLowerInvariant();
        return new FlowMark(slice.Name, state, status.Delivered, status.DeadLettered, status.DownSince is not null);
    }
}
