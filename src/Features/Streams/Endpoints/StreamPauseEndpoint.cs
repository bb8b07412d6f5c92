using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Streams.Endpoints;

/// <param name="Changed">False where it was so before.</param>
public sealed record StreamPauseAnswer(string Stream, bool Paused, bool Changed);

/// <summary>Pauses one stream, or lets it go on: in every process, with its next look (0.2 s).</summary>
public abstract class StreamPauseEndpoint(EventRouter router, AuditTrail trail, TimeProvider clock) : EndpointWithoutRequest<object>
{
    protected abstract bool IsPaused { get; }

    protected void Describe(string verb, string summary)
    {
        Post($"/streams/{{stream}}/{verb}");
        Policies(Role.Operator);
        Description(b => b.Produces<StreamPauseAnswer>().Produces<ErrorAnswer>(404).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = summary;
            s.Description = "In every process; kept in Redis, so that a restart does not change it. Its entries wait and none is lost.";
            s.Params["stream"] = "the stream's key, as `events:auth`";
            s.ResponseExamples[200] = new StreamPauseAnswer("events:auth", IsPaused, Changed: true);
            s.ResponseExamples[404] = StreamRoutes.NoSuchStream("events:none");
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    public sealed override async Task HandleAsync(CancellationToken ct)
    {
        var name = Route<string>("stream")!;
        if (router.Streams.All(s => s.Key != name))
        {
            await Send.ResponseAsync(StreamRoutes.NoSuchStream(name), 404, ct);
            return;
        }

        var caller = Caller.Of(HttpContext);
        if (!(await trail.BeginAsync(caller, IsPaused ? "pause stream" : "resume stream", [name]))
            .TryGetRight(out var audited, out var failure))
        {
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
            return;
        }

        var set = await router.SetPausedAsync(name, IsPaused, $"{clock.GetUtcNow():u} {caller}");
        await audited.EndAsync(set.Match(Right: changed => changed ? "done" : "was so before", Left: f => f.Message));
        await (set.TryGetRight(out var isChanged, out failure)
            ? Send.OkAsync(new StreamPauseAnswer(name, IsPaused, isChanged), ct)
            : Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct));
    }
}

public sealed class PauseStreamEndpoint(EventRouter router, AuditTrail trail, TimeProvider clock)
    : StreamPauseEndpoint(router, trail, clock)
{
    protected override bool IsPaused => true;

    public override void Configure() => Describe("pause", "Pause a stream");
}

public sealed class ResumeStreamEndpoint(EventRouter router, AuditTrail trail, TimeProvider clock)
    : StreamPauseEndpoint(router, trail, clock)
{
    protected override bool IsPaused => false;

    public override void Configure() => Describe("resume", "Resume a stream");
}
