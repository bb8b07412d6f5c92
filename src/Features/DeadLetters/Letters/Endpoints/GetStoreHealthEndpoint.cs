using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Letters.Endpoints;

/// <summary>Whether letters are safe where they are.</summary>
public sealed class GetStoreHealthEndpoint(
    RedisStoreHealth health, RedisDeadLetterStore store, LetterCatalogue catalogue, TimeProvider clock) : EndpointWithoutRequest<object>
{
    /// <param name="ClockOffsetSeconds">Redis' clock less this process's.</param>
    /// <param name="Depth">Letters by category; expired ones count for some seconds more.</param>
    /// <param name="PastMark">Letters that have used 50, 80 or 95 % of their time and not reached the next mark.</param>
    /// <param name="Problems">What endangers letters; empty where nothing does.</param>
    public sealed record StoreAnswer(
        string? EvictionPolicy, long? MaxMemoryBytes, long? UsedMemoryBytes, long? EvictedKeys, bool? AppendOnlyFile,
        string? LastAppendStatus, string? LastSnapshotStatus, double ClockOffsetSeconds, IReadOnlyDictionary<string, long> Depth,
        IReadOnlyDictionary<string, int> PastMark, IReadOnlyList<string> Problems);

    public override void Configure()
    {
        Get("/dlq/store");
        Policies(Role.Reader);
        Description(b => b.Produces<StoreAnswer>().Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "How safe the dead letters are in Redis";
            s.Description = "Eviction, persistence, clock and depth, as Redis tells them now. What it does not tell is null.";
            s.ResponseExamples[200] = new StoreAnswer(
                "volatile-lru", 8_388_608, 6_291_456, 12, AppendOnlyFile: false, "ok", "ok", 0.002,
                new Dictionary<string, long>(StringComparer.Ordinal) { ["menu"] = 214 },
                new Dictionary<string, int>(StringComparer.Ordinal) { ["50"] = 3, ["80"] = 1, ["95"] = 0 },
                ["the append-only file is off: a crash of Redis loses letters"]);
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        if (!(await health.ReadAsync()).TryGetRight(out var seen, out var failure)
            || !(await store.DepthAsync()).TryGetRight(out var depth, out failure))
        {
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
            return;
        }

        var now = clock.GetUtcNow();
        var marks = catalogue.Letters.CountBy(l => ExpiryWarnings.MarkOf(l.ExpiresAt - now)).ToDictionary();
        await Send.OkAsync(
            new StoreAnswer(
                seen.EvictionPolicy, seen.MaxMemoryBytes, seen.UsedMemoryBytes, seen.EvictedKeys, seen.AppendOnlyFile,
                seen.LastAppendStatus,
                seen.LastSnapshotStatus, Math.Round(seen.ClockOffset.TotalSeconds, 3),
                depth.ToDictionary(d => d.Key.Name, d => d.Value, StringComparer.Ordinal),
                ((int[])[50, 80, 95]).ToDictionary(m => $"{m}", m => marks.GetValueOrDefault(m), StringComparer.Ordinal), seen.Problems),
            ct);
    }
}
