using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using LanguageExt;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>What the broker's routes share: 503 until the store is open, and its failures.</summary>
public abstract class BrokerRoute(BrokerSlice slice) : EndpointWithoutRequest<object>
{
    protected BrokerSlice Slice => slice;

    protected string Caller => HttpContext.User.Identity?.Name ?? "anonymous";

    public sealed override async Task HandleAsync(CancellationToken ct)
    {
        if (slice.Open is { } broker) await HandleAsync(broker, ct);
        else await RefuseAsync(503, "the store is not open yet", ct);
    }

    protected abstract Task HandleAsync(OpenBroker broker, CancellationToken ct);

    protected Task RefuseAsync(int status, string error, CancellationToken ct, string? field = null) =>
        Send.ResponseAsync(new ErrorAnswer(error) { Field = field }, status, ct);

    protected Task RefuseAsync(StoreFailure failure, CancellationToken ct) => RefuseAsync(503, failure.Message, ct);

    /// <summary>What changes something is written down before and after; where that cannot be done, nothing is.</summary>
    /// <param name="words">Of what came of it, for the audit.</param>
    protected async Task<Either<TFailure, T>> AuditedAsync<TFailure, T>(
        string action, string key, Func<Task<Either<TFailure, T>>> work, Func<StoreFailure, TFailure> unwritten, Func<T, string> words,
        string? reason = null)
        where TFailure : notnull
        where T : notnull
    {
        if (!(await Resolve<AuditTrail>().BeginAsync(Audit.Caller.Of(HttpContext), action, [key], reason))
                .TryGetRight(out var begun, out var failure))
            return unwritten(failure);
        var answer = await work();
        await begun.EndAsync(answer.Match(words, refused => refused is StoreFailure down ? down.Message : $"refused: {refused}"));
        return answer;
    }

    protected Task<Either<StoreFailure, T>> AuditedAsync<T>(
        string action, string key, Func<Task<Either<StoreFailure, T>>> work, Func<T, string> words, string? reason = null)
        where T : notnull =>
        AuditedAsync(action, key, work, failure => failure, words, reason);

    protected static string DoneOrNot(bool done) => done ? "done" : "not found";

    /// <summary>Readers see neither payloads nor metadata nor what errors quote of them; others no payloads without a reason.</summary>
    protected EventSight Sight => new(SeesAll, Role.SeesPayloads(HttpContext.User));

    /// <summary>Readers do not see what errors quote.</summary>
    protected bool SeesAll => Role.SeesAll(HttpContext.User);

    /// <summary>A part of the route, with slashes in it written as %2F.</summary>
    protected string Part(string name) => RoutePart.Of(HttpContext, name);

    protected EventIdentity Identity => new(Part("source"), Part("id"));

    protected void Describe(string summary, string description, params int[] refusals)
    {
        Description(b =>
        {
            foreach (var status in refusals) b.Produces<ErrorAnswer>(status);
            b.Produces<ErrorAnswer>(503);
        });
        Summary(s => (s.Summary, s.Description) = (summary, description));
    }
}
