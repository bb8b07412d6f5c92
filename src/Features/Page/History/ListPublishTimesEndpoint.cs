using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Page.History;

/// <summary>How long Kafka took to acknowledge, step by step.</summary>
public sealed class ListPublishTimesEndpoint(FlowHistories histories, TimeProvider clock) : Endpoint<HistoryQuery, object>
{
    /// <param name="StepSeconds">What one number stands for.</param>
    /// <param name="Until">When the step under way, the last number, is over.</param>
    /// <param name="Since">When this process began to count: of steps before, nothing is known.</param>
    public sealed record PublishTimesList(
        string Span, int StepSeconds, DateTimeOffset Until, DateTimeOffset Since, IReadOnlyList<NamedTimes> Items);

    public override void Configure()
    {
        Get("/pollers/latency");
        Policies(Role.Reader);
        Description(b => b.Produces<PublishTimesList>().Produces<ErrorAnswer>(400));
        Summary(s =>
        {
            s.Summary = "How long publishing took, by flow";
            s.Description = "Of the records that Kafka acknowledged to this process: how many, and the times that half and 99 of 100 did "
                + "not exceed, in milliseconds, within a tenth. Null is not known: the process did not run yet; times are null too where "
                + "nothing was published. Kept in memory.";
            s.Params["span"] = HistoryQuery.Description;
            s.ResponseExamples[200] = new PublishTimesList(
                "1h", 60, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch,
                [new NamedTimes("messages", [null, 120, 98], [null, 4.2, 3.9], [null, 21, 18])]);
            s.ResponseExamples[400] = new ErrorAnswer("span must be one of 1h, 24h, 72h") { Field = "span" };
        });
    }

    public override Task HandleAsync(HistoryQuery req, CancellationToken ct)
    {
        if (!HistoryQuery.Read(HttpContext.Request.Query).TryGetRight(out var span, out var fault))
            return Send.ResponseAsync(fault, 400, ct);
        return Send.OkAsync(
            new PublishTimesList(
                span.Name, (int)span.Step.TotalSeconds, span.EndAt(clock.GetUtcNow()), histories.Since, histories.Times(span)),
            ct);
    }
}
