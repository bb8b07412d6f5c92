using Hobom.Slices.Audit;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Letters;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Core;
using Hobom.Slices.Http.Pollers;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Polling;
using LanguageExt;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Letters;

/// <summary>The broker beside the relay, whose pause lies in Redis.</summary>
public sealed class BrokerFlowTests
{
    readonly FakeTimeProvider clock = new(Noon);
    readonly TaskCompletionSource handled = new();
    bool isAway = true;

    [Fact]
    public async Task Nothing_is_given_out_before_it_is_known_whether_it_is_paused()
    {
        var (slice, flow) = BrokerFlow.Build(Tools(), Settings(), new BrokerTools(TimeProvider.System, () => 0, NullLoggerFactory.Instance, "p1", null, null));
        await using var broker = slice;
        slice.Subscribe("c", "*", (_, _) =>
        {
            handled.SetResult();
            return Task.CompletedTask;
        });
        using var stop = new CancellationTokenSource();
        var running = slice.RunAsync(stop.Token);
        while (slice.Open is null) await Task.Delay(5);
        await slice.Open.Publisher.PublishAsync([Event("e1")], default).Right();
        var control = new PollerControl(
            [flow], new PausePort(LoadAsync, (_, _) => throw new InvalidOperationException()),
            new AuditTrail(_ => throw new InvalidOperationException(), clock, NullLogger<AuditTrail>.Instance), clock,
            NullLogger<PollerControl>.Instance);
        var restoring = control.RestoreAsync(stop.Token);
        await Task.Delay(200);
        Assert.False(handled.Task.IsCompleted || restoring.IsCompleted);
        Volatile.Write(ref isAway, false);
        while (!restoring.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }

        await handled.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await running;
    }

    Task<Either<StoreFailure, IReadOnlyDictionary<string, PauseNote>>> LoadAsync() => Task.FromResult(
        Volatile.Read(ref isAway)
            ? Either<StoreFailure, IReadOnlyDictionary<string, PauseNote>>.Left(new StoreFailure("Redis is away"))
            : new Dictionary<string, PauseNote>());

    static BrokerSettings Settings() => BrokerSettingsReader.Read(new Dictionary<string, string> { ["HOBOM_BROKER_PROVIDER"] = "memory" })
        .Right().IfNone(() => throw new InvalidOperationException("off"));

    FlowDependencies Tools() => new(
        clock, () => 0.5, NullLoggerFactory.Instance, (_, _, _) => throw new InvalidOperationException(),
        (_, _, _, _) => throw new InvalidOperationException(), route => FlowLeases.Whole(LeaseOf(route)),
        _ => throw new InvalidOperationException(), new LetterShelf().Port, TimeSpan.FromSeconds(5), 1_000_000);

    FlowLease LeaseOf(RelayRoute route) => new(
        FlowShard.Whole(route.Category), new LeasePort(
            () => throw new InvalidOperationException(), (_, _, _) => throw new InvalidOperationException(),
            (_, _) => throw new InvalidOperationException(), _ => throw new InvalidOperationException()),
        LeaseTimes.For(TimeSpan.FromSeconds(30)), ProcessIdentity.OfThisProcess(), clock, NullLogger.Instance);
}
