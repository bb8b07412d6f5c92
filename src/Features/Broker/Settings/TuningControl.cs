using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using Hobom.Slices.Runtime;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Broker.Settings;

public abstract record TuningFault
{
    TuningFault()
    {
    }

    public sealed record BadValue(string Why) : TuningFault;

    public sealed record Unavailable(StoreFailure Failure) : TuningFault;
}

/// <summary>The settings that may change while processes run: changed in the store, and heard of in every process within seconds.</summary>
public sealed class TuningControl
{
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    readonly BrokerTuning start;
    readonly ILogger log;

    /// <param name="start">What the file and the environment say.</param>
    public TuningControl(BrokerTuning start, ILogger log)
    {
        (this.start, this.log) = (start, log);
        Now = start;
    }

    public BrokerTuning Now { get; private set; }

    public IReadOnlyDictionary<string, string> Shown => OutboxSettings.Show(Now);

    public async Task<Either<TuningFault, Unit>> ChangeAsync(
        BrokerStore store, string slug, string value, string by, CancellationToken stopping)
    {
        if (!OutboxSettings.Change(Now, slug, value).TryGetRight(out var changed, out var why)) return new TuningFault.BadValue(why);
        if (!(await store.Settings.Set(slug, value, by, stopping)).TryGetRight(out _, out var failure))
            return new TuningFault.Unavailable(failure);
        Now = changed;
        return Unit.Default;
    }

    public async Task FollowAsync(BrokerStore store, TimeProvider clock, CancellationToken stopping)
    {
        do
        {
            await RefreshAsync(store, stopping);
        }
        while (await Delays.WaitAsync(LookInterval, clock, stopping));
    }

    /// <summary>As they are stored. Where the store does not say they stay as they were.</summary>
    public async Task<Either<StoreFailure, Unit>> RefreshAsync(BrokerStore store, CancellationToken stopping) =>
        (await store.Settings.All(stopping)).Map(Apply);

    /// <summary>A value that another version of the program wrote and this one does not take leaves the setting as it was.</summary>
    Unit Apply(IReadOnlyDictionary<string, string> changes)
    {
        var tuning = start;
        foreach (var (slug, value) in changes)
        {
            var changed = OutboxSettings.Change(tuning, slug, value);
            changed.IfLeft(why => log.LogWarning(LogEvents.Named("broker.setting-refused"),
                "broker: a stored setting is not taken: {Why}", why));
            tuning = changed.IfLeft(tuning);
        }

        Now = tuning;
        return Unit.Default;
    }
}
