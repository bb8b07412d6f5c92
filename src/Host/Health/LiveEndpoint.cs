using FastEndpoints;

namespace Hobom.Slices.Host.Health;

/// <summary>Whether a restart would help: the process answers, and its loops run.</summary>
sealed class LiveEndpoint(LoopWatch loops) : EndpointWithoutRequest<LiveEndpoint.LiveAnswer>
{
    /// <param name="Status">live; or dead, and then the answer is 503.</param>
    /// <param name="Problems">Empty where it is live.</param>
    public sealed record LiveAnswer(string Status, IReadOnlyList<string> Problems);

    public override void Configure()
    {
        Get("/health/live");
        RoutePrefixOverride("");
        AllowAnonymous();
        Description(b => b.Produces<LiveAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Whether the process lives";
            s.Description = "503 where one of its loops has ended or hangs, which a restart mends. No neighbour's outage makes it that.";
            s.ResponseExamples[200] = new LiveAnswer("live", []);
            s.ResponseExamples[503] = new LiveAnswer("dead", ["the loop 'messages' does not go on"]);
        });
    }

    public override Task HandleAsync(CancellationToken ct) => loops.Faults() is { Count: > 0 } faults
        ? Send.ResponseAsync(new LiveAnswer("dead", faults), 503, ct)
        : Send.OkAsync(new LiveAnswer("live", []), ct);
}
