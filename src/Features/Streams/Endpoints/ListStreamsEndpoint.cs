using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Streams.Endpoints;

public sealed class ListStreamsEndpoint(EventRouter router, StreamLook look) : EndpointWithoutRequest<object>
{
    /// <param name="Here">How this process fares with it; null where it has never had it.</param>
    /// <param name="Paused">By an operator, in every process.</param>
    /// <param name="Shards">Of a stream that is dealt out by key; none of one that is handled whole.</param>
    public sealed record StreamRow(
        StreamInfoView Stream, bool OwnedHere, ShardView? Here, bool Paused, IReadOnlyList<ShardRow> Shards);

    /// <param name="Owner">The process that works on it; null where none does.</param>
    public sealed record ShardRow(int Shard, string? Owner, bool OwnedHere, ShardView? Here);

    /// <param name="LastApplied">Null where none was applied here.</param>
    public sealed record ShardView(
        string? LastApplied, long Applied, long DeadLetters, long LostEntries, long Gaps, int Held, int InHand, string? Problem,
        DateTimeOffset? ProblemSince, DateTimeOffset? StalledSince, string? Alarm, DateTimeOffset? AlarmAt,
        long Dealt)
    {
        internal static ShardView Of(ShardStatus s) => new(
            s.LastApplied?.ToString(), s.Applied, s.DeadLetters, s.LostEntries, s.Gaps, s.Held, s.InHand, s.Problem, s.ProblemSince,
            s.StalledSince, s.Alarm, s.AlarmAt, s.Dealt);
    }

    /// <param name="Process">This one, as owners are named.</param>
    /// <param name="LayoutProblem">Why the number of shards is not the one that is set, or null.</param>
    public sealed record StreamList(string Process, string Group, string? LayoutProblem, IReadOnlyList<StreamRow> Streams);

    static readonly StreamRow Example = new(
        new StreamInfoView("events:auth", "auth", 8214, "1768727553123-0", "1768731201004-2", "01957b2f8c0a7d1e9a4b3c2d1e0f9a8b", 0, 0, 0,
            1),
        OwnedHere: true, new ShardView("1768731201004-2", 8213, 1, 0, 0, 0, 0, null, null, null, null, null, 0),
        Paused: false, []);

    public override void Configure()
    {
        Get("/streams");
        Policies(Role.Reader);
        Description(b => b.Produces<StreamList>().Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "List the streams that the router reads";
            s.Description =
                "Length, lag and what is pending as Redis tells them now; a number that Redis does not know is null. To pause all of "
                + "them, pause the poller `streams`.";
            s.ResponseExamples[200] = new StreamList("01957b2f8c0a7d1e9a4b3c2d1e0f9a8b", "event-router-group", null, [Example]);
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        var statuses = router.Statuses.ToDictionary(s => s.Stream, StringComparer.Ordinal);
        var rows = new List<StreamRow>();
        foreach (var stream in router.Streams)
        {
            ShardStream[] slices = [.. router.Owned.Where(s => s.Key == stream.Key && s.Part is StreamPart.Slice)];
            if (!(await look.InfoAsync(stream)).TryGetRight(out var info, out var failure)
                || !(await look.OwnersAsync(slices)).TryGetRight(out var owners, out failure))
            {
                await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
                return;
            }

            rows.Add(new StreamRow(
                info, router.Owns(stream.Name), ViewOf(stream), router.Paused.Contains(stream.Key),
                [.. slices.Select((slice, n) => new ShardRow(n, owners[n], router.Owns(slice.Name), ViewOf(slice)))]));
        }

        await Send.OkAsync(new StreamList(router.Parts.Process, router.Parts.Settings.Group, router.LayoutProblem, rows), ct);

        ShardView? ViewOf(ShardStream part) => statuses.TryGetValue(part.Name, out var status) ? ShardView.Of(status) : null;
    }
}
