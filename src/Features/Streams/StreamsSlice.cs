using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Polling;
using Hobom.Slices.Runtime.Redis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Hobom.Slices.Streams;

/// <summary>The event router over Redis Streams: from <c>events:*</c> to the state, and what fails to the dead letters.</summary>
public static class StreamsSlice
{
    public const string Name = "streams";

    /// <summary>It ends in Redis: its letters have no topic.</summary>
    public static readonly RelayRoute Route = new("STREAM_ENTRY", "", RouterSettings.LetterCategory);

    /// <summary>Of an entry, to those who may not see all of a letter: where it stands and what it is, and not whose.</summary>
    static readonly Visibility Shown = Visibility.Of(
        ("stream", Visibility.Code), ("id", Visibility.Code), ("fields", Visibility.Of((StreamEntry.TypeField, Visibility.Code))));

    /// <param name="redis">For everything but waiting.</param>
    /// <param name="connect">A new connection to the same Redis, which may wait for its answers.</param>
    /// <param name="address">Of that Redis, for people.</param>
    public static (EventRouter Router, Slice Slice) Build(
        FlowDependencies tools, RedisConnection redis, Func<RedisConnection> connect, string address, RouterSettings settings)
    {
        PollingLoop? loop = null;
        var parts = new RouterParts(
            Guid.CreateVersion7().ToString("N"), settings, HandlerRegistry.Default, redis, connect, tools.Letters,
            () => loop is { IsPaused: true }, new RouterMeter(), tools.Clock, tools.Logs.CreateLogger("Hobom.Slices.Streams"));
        var router = new EventRouter(parts);
        var replay = new StreamReplay(parts);
        loop = tools.NewLoop(Name, Route, new StreamsPoller(router).VisitAsync);
        return (router, new Slice(
            Name, Route, address, loop,
            new FlowOperations(replay.RunAsync, () => false, () => Task.CompletedTask, _ => false)
            {
                NewerOf = (letter, user) => NewerEntry.FindAsync(redis, letter, user),
            },
            id => id.Value,
            new PayloadRules(replay.Fault, _ => "an entry is no row of an outbox", Shown, Visibility.Names)));
    }

    /// <summary>What its routes ask, and its part of readiness.</summary>
    public static void AddTo(IServiceCollection services, EventRouter router)
    {
        services.TryAddSingleton<OpenStreams>();
        services
            .AddSingleton(router)
            .AddSingleton(new StreamLook(router.Parts.Redis, router.Parts.Settings.Group))
            .AddSingleton(new StateStore(router.Parts.Redis, router.Parts.Settings))
            .AddHealthChecks().AddCheck("streams", new StreamsCheck(router));
    }
}
