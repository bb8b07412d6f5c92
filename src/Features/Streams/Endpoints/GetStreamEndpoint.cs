using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Streams.Endpoints;

public sealed class GetStreamEndpoint(EventRouter router, StreamLook look) : EndpointWithoutRequest<object>
{
    /// <param name="Groups">All that read the stream, others' too.</param>
    /// <param name="Consumers">Of the router's group.</param>
    public sealed record StreamDetail(StreamInfoView Stream, IReadOnlyList<GroupView> Groups, IReadOnlyList<ConsumerView> Consumers);

    public override void Configure()
    {
        Get("/streams/{stream}");
        Policies(Role.Reader);
        Description(b => b.Produces<StreamDetail>().Produces<ErrorAnswer>(404).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "One stream with its groups and consumers";
            s.Params["stream"] = "the stream's key, as `events:auth`";
            s.ResponseExamples[200] = new StreamDetail(
                new StreamInfoView("events:auth", "auth", 8214, "1768727553123-0", "1768731201004-2", "01957b2f8c0a7d1e9a4b3c2d1e0f9a8b",
                    2, 0, 0, 1),
                [new GroupView("event-router-group", 1, 2, "1768731201004-2", 0)],
                [new ConsumerView("hobom:01957b2f8c0a7d1e9a4b3c2d1e0f9a8b", 2, 0.4)]);
            s.ResponseExamples[404] = StreamRoutes.NoSuchStream("events:none");
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        var name = Route<string>("stream")!;
        if (router.Streams.FirstOrDefault(s => s.Key == name) is not { } stream)
            await Send.ResponseAsync(StreamRoutes.NoSuchStream(name), 404, ct);
        else if (!(await look.InfoAsync(stream)).TryGetRight(out var info, out var failure)
            || !(await look.GroupsAsync(name)).TryGetRight(out var groups, out failure)
            || !(await look.ConsumersAsync(name)).TryGetRight(out var consumers, out failure))
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
        else await Send.OkAsync(new StreamDetail(info, groups, consumers), ct);
    }
}
