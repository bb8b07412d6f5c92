using System.Text.Json;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Polling;
using LanguageExt;

namespace Hobom.Slices.Broker.Letters;

/// <summary>
/// The broker as a flow among the others, where there is a Redis: its dead handlings are dead letters of category
/// <c>broker</c>, and its pause is the pause of all that is given out, in every process.
/// </summary>
public static class BrokerFlow
{
    public const string Name = "broker";

    public static (BrokerSlice Broker, Slice Flow) Build(FlowDependencies tools, BrokerSettings settings, BrokerTools broker)
    {
        PollingLoop? loop = null;
        bool IsPaused() => loop is not { IsPauseKnown: true, IsPaused: false };
        var slice = BrokerSlice.Build(settings, broker with { IsPaused = IsPaused });
        var letters = tools.Letters;
        var mirror = new LetterMirror(() => slice.Open?.Store, letters, () => slice.Tuning.Now.DeadLetterEnabled, tools.Clock);
        var replay = new HandlingReplay(new HandlingReplayParts(() => slice.Open?.Store, letters, IsPaused, tools.Clock));
        var newer = new NewerHandling(() => slice.Open?.Store, settings.Retention, tools.Clock);
        loop = tools.NewLoop(Name, BrokerLetters.Route, mirror.VisitAsync);
        var work = new FlowOperations(replay.RunAsync, () => false, () => Task.CompletedTask, _ => false)
        {
            Follow = replay.LookAsync,
            NewerOf = (key, _) => newer.FindAsync(key),
            PutAside = key => ChangeAsync(slice, key, "it is not dead any more", tools.Clock, (store, id, now) =>
                store.Dead.PutAside(id, now, default)),
            Restore = key => ChangeAsync(slice, key, "its event is not put aside any more", tools.Clock, (store, id, now) =>
                store.Dead.Restore(id, now, default)),
        };
        return (slice, new Slice(
            Name, BrokerLetters.Route, $"{settings.Provider}".ToLowerInvariant(), loop, work, id => id.Value,
            new PayloadRules(Fault, _ => "an event is no row of an outbox", Visibility.Names, Visibility.Names))
            { LetterKinds = FailureKinds.Words });
    }

    static async Task<Either<string, Unit>> ChangeAsync(
        BrokerSlice slice, DeadLetterKey key, string refusal, TimeProvider clock,
        Func<Stores.BrokerStore, Guid, DateTimeOffset, Task<Either<StoreFailure, bool>>> change)
    {
        if (slice.Open is not { } open) return "the broker's store is not open yet";
        if (BrokerLetters.HandlingOf(key) is not { } id) return "the key names no handling";
        if (!(await change(open.Store, id, clock.GetUtcNow())).TryGetRight(out var changed, out var failure)) return failure.Message;
        return changed ? Unit.Default : refusal;
    }

    /// <summary>What a publish would refuse too.</summary>
    static string? Fault(ReadOnlyMemory<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload.Span, new JsonReaderOptions { MaxDepth = EventLimits.Default.JsonDepth });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) _ = reader.GetString();
            }

            return null;
        }
        catch (Exception notJson) when (notJson is JsonException or InvalidOperationException)
        {
            return $"it is no JSON: {notJson.Message}";
        }
    }
}
