using FastEndpoints;
using Microsoft.AspNetCore.Http;

namespace StandIns.FastEndpoints.Tests;

public sealed class ReplayRequest
{
    public string Category { get; set; } = "";

    [FromHeader("x-reason")]
    public string Reason { get; set; } = "";

    [QueryParam]
    public int? Limit { get; set; }

    public List<string> Keys { get; set; } = [];
}

public sealed record ReplayResponse(int Replayed);

sealed class Documented : Endpoint<ReplayRequest, ReplayResponse>
{
    public override void Configure()
    {
        Post("letters/{category}/replay");
        Description(b => b.ProducesProblemFE(400).Produces(409));
        Summary(s =>
        {
            s.Summary = "Replays letters";
            s.Description = "All that are named.";
            s.ExampleRequest = new ReplayRequest { Keys = ["a", "b"] };
            s.ResponseExamples[200] = new ReplayResponse(2);
            s.Responses[200] = "They were replayed.";
            s.Responses[409] = "Another replay runs.";
            s.Params["category"] = "The letters' category.";
            s.RequestParam(r => r.Limit, "How many at most.");
        });
    }

    public override Task HandleAsync(ReplayRequest req, CancellationToken ct) => Send.OkAsync(new(req.Keys.Count), ct);
}

public sealed record ListRequest(string Category, int Limit, string? After);

sealed class DocumentedList : Endpoint<ListRequest, List<ReplayResponse>>
{
    public override void Configure()
    {
        Get("letters/{category}");
        AllowAnonymous();
        Summary(s => s.Summary = "Lists letters");
    }

    public override Task HandleAsync(ListRequest req, CancellationToken ct) => Send.OkAsync([], ct);
}
