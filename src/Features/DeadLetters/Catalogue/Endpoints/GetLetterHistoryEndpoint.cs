using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.Http;
using Hobom.Slices.Runtime;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Catalogue.Endpoints;

/// <summary>How many letters came, waited and were replayed, step by step.</summary>
public sealed class GetLetterHistoryEndpoint(LetterCatalogue catalogue, TimeProvider clock) : Endpoint<HistoryQuery, object>
{
    /// <param name="Class">Null of letters that do not tell.</param>
    /// <param name="Came">Letters that were not there before, by step, the oldest first; null is not known.</param>
    public sealed record CameSeries(string Category, string? Class, IReadOnlyList<long?> Came);

    /// <param name="StepSeconds">What one number stands for.</param>
    /// <param name="Until">When the step under way, the last number, is over.</param>
    /// <param name="Since">When this process began to count: of steps before, nothing is known.</param>
    /// <param name="Open">How many waited at the end of the step.</param>
    /// <param name="Delivered">Replays that ended so, in this process.</param>
    /// <param name="NotDelivered">Replays in this process that were begun and ended otherwise.</param>
    /// <param name="Ages">Of the letters that wait now.</param>
    public sealed record LetterHistoryView(
        string Span, int StepSeconds, DateTimeOffset Until, DateTimeOffset Since, IReadOnlyList<CameSeries> Came, IReadOnlyList<int?> Open,
        IReadOnlyList<long?> Delivered, IReadOnlyList<long?> NotDelivered, IReadOnlyList<LetterAge> Ages);

    public override void Configure()
    {
        Get("/dlq/history");
        Policies(Role.Reader);
        Description(b => b.Produces<LetterHistoryView>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "How many dead letters came, waited and were replayed";
            s.Description = "By steps of the last hour, day or three days: letters that came by category and class, in all processes; how "
                + "many waited; replays of this process by their end; and how old those are that wait now. Null is not known: the process "
                + "did not run yet, or Redis was away. Kept in memory.";
            s.Params["span"] = HistoryQuery.Description;
            s.ResponseExamples[200] = new LetterHistoryView(
                "1h", 60, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, [new CameSeries("menu", "transient", [null, 0, 12])],
                [null, 202, 214], [null, 0, 3], [null, 0, 1], [new LetterAge(0, 1, 12), new LetterAge(1, 6, 202)]);
            s.ResponseExamples[400] = new ErrorAnswer("span must be one of 1h, 24h, 72h") { Field = "span" };
            s.ResponseExamples[503] = LetterExamples.NotLoaded;
        });
    }

    public override Task HandleAsync(HistoryQuery req, CancellationToken ct)
    {
        if (!HistoryQuery.Read(HttpContext.Request.Query).TryGetRight(out var span, out var fault))
            return Send.ResponseAsync(fault, 400, ct);
        return catalogue.IsLoaded ? Send.OkAsync(ViewOf(span), ct) : Send.ResponseAsync(LetterExamples.NotLoaded, 503, ct);
    }

    LetterHistoryView ViewOf(HistorySpan span)
    {
        var (now, steps) = (clock.GetUtcNow(), catalogue.Past.At(span));
        var kinds = steps.OfType<LetterStep>().SelectMany(s => s.Came.Keys).Distinct()
            .OrderBy(k => k.Category, StringComparer.Ordinal).ThenBy(k => k.Class);
        return new LetterHistoryView(
            span.Name, (int)span.Step.TotalSeconds, span.EndAt(now), catalogue.Past.Since,
            [
                .. kinds.Select(k => new CameSeries(
                    k.Category, k.Class?.ToString().ToLowerInvariant(),
                    [.. steps.Select(s => s?.Open is null ? null : (long?)s.Came.GetValueOrDefault(k))])),
            ],
            [.. steps.Select(s => s?.Open)], [.. steps.Select(s => s?.Delivered)], [.. steps.Select(s => s?.NotDelivered)],
            LetterAge.Of(catalogue.Letters, now));
    }
}
