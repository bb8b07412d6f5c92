using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Replays.Endpoints;

/// <summary>What the routes share that tell a job what to do. They answer at once and wait for no letter.</summary>
public abstract class ReplayJobCommandEndpoint(ReplayJobCommand command, ReplayJobPlanner planner, TimeProvider clock)
    : EndpointWithoutRequest<object>
{
    public override async Task HandleAsync(CancellationToken ct)
    {
        if ((await planner.TellAsync(Route<string>("id") ?? "", command, Caller.Of(HttpContext))).TryGetRight(out var job, out var fault))
        {
            await Send.OkAsync(ReplayJobView.Of(job, clock.GetUtcNow()), ct);
            return;
        }

        var (status, answer) = ReplayJobFaults.AnswerTo(fault);
        await Send.ResponseAsync(answer, status, ct);
    }

    protected void Describe(string summary, string description)
    {
        Post($"/dlq/replays/{{id}}/{command.ToString().ToLowerInvariant()}");
        Policies(Role.Operator);
        Description(b => b.Produces<ReplayJobView>().Produces<ErrorAnswer>(404).Produces<ErrorAnswer>(409).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = summary;
            s.Description = description;
            s.Params["id"] = "the job's id, from its plan";
            s.ResponseExamples[200] = ReplayExamples.Running;
            s.ResponseExamples[404] = ReplayExamples.NoJob;
            s.ResponseExamples[409] = ReplayExamples.Other;
            s.ResponseExamples[503] = new ErrorAnswer("Redis does not answer within 2 s");
        });
    }
}
