using System.Diagnostics;
using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.Http;
using Hobom.Slices.Runtime;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Catalogue.Endpoints;

/// <summary>What else is known under a letter's record key: to be looked at before it is replayed.</summary>
public sealed class GetRelatedLettersEndpoint(LetterCatalogue catalogue, LetterOwners flows, TimeProvider clock)
    : EndpointWithoutRequest<object>
{
    const int Limit = 20;

    /// <param name="Newer">own-key, none, delivered, not-kept or away.</param>
    /// <param name="NewerId">Of the newer event that was delivered; <paramref name="NewerAt"/>: when it was written.</param>
    /// <param name="Total">Other letters of the key, of which <paramref name="Letters"/> are the first that failed.</param>
    public sealed record RelatedLetters(
        string Newer, string? NewerId, DateTimeOffset? NewerAt, int Total, IReadOnlyList<LetterView> Letters);

    public override void Configure()
    {
        Get("/dlq/{key}/related");
        Policies(Role.Reader);
        Description(b => b.Produces<RelatedLetters>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(404).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Show what shares a dead letter's record key";
            s.Description = "Other letters of the same category and record key, and whether a newer event of that key was delivered: "
                + "then a replay would put an old value over a newer one. `newer` is `own-key` where the flow gives each event a key of "
                + "its own, `none`, `delivered` with id and time, `not-kept` where the flow does not keep it, `away` where it cannot be "
                + "asked now.";
            s.Params["key"] = DeadLetterKeyInRoute.Description;
            s.ResponseExamples[200] = new RelatedLetters(
                "delivered", "1772712060000-0", LetterExamples.Letter.LastFailedAt, 1, [LetterExamples.Letter]);
            s.ResponseExamples[400] = new ErrorAnswer("a dead letter key begins with 'dlq:'") { Field = "key" };
            s.ResponseExamples[404] = new ErrorAnswer("there is no dead letter dlq:menu:0192f0c1");
            s.ResponseExamples[503] = LetterExamples.NotLoaded;
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        if (!DeadLetterKeyInRoute.Read(HttpContext).TryGetRight(out var key, out var fault))
            await Send.ResponseAsync(new ErrorAnswer(fault.Message) { Field = "key" }, 400, ct);
        else if (!catalogue.IsLoaded) await Send.ResponseAsync(LetterExamples.NotLoaded, 503, ct);
        else if (catalogue.Find(key) is not { } letter)
            await Send.ResponseAsync(new ErrorAnswer($"there is no dead letter {key}"), 404, ct);
        else await Send.OkAsync(Answer(letter, await NewerAsync(letter)), ct);
    }

    async Task<NewerEvent> NewerAsync(CatalogueLetter letter) =>
        letter.Summary.SharedKey is { } shared ? await flows.NewerOfAsync(letter.Key, shared) : new NewerEvent.OwnKey();

    RelatedLetters Answer(CatalogueLetter letter, NewerEvent newer)
    {
        var now = clock.GetUtcNow();
        var others = catalogue.SharingKeyWith(letter);
        var (word, id, at) = newer switch
        {
            NewerEvent.OwnKey => ("own-key", null, null),
            NewerEvent.None => ("none", null, null),
            NewerEvent.Delivered(var known, var when) => ("delivered", known, (DateTimeOffset?)when),
            NewerEvent.NotKept => ("not-kept", null, null),
            NewerEvent.Away => ("away", null, null),
            _ => throw new UnreachableException($"{newer}"),
        };
        return new RelatedLetters(word, id, at, others.Count, [.. others.Take(Limit).Select(l => LetterView.Of(l, now))]);
    }
}
