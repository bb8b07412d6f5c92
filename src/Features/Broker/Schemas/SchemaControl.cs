using Hobom.Slices.Runtime.Telemetry;
using System.Text.Json;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Broker.Schemas;

public abstract record SchemaFault
{
    SchemaFault()
    {
    }

    public sealed record NoSchema(string Why) : SchemaFault;

    /// <summary>The version is there, with another document or upcast.</summary>
    public sealed record Taken : SchemaFault;

    public sealed record Breaks(IReadOnlyList<string> Faults) : SchemaFault;

    public sealed record Unavailable(StoreFailure Failure) : SchemaFault;
}

/// <summary>The schemas of this process: heard of within seconds, whichever process registered them.</summary>
public sealed class SchemaControl(SchemaPromise promise, TimeProvider clock, ILogger log)
{
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    public SchemaSet Now { get; private set; } = SchemaSet.Empty;

    /// <summary>
    /// Adds a version. It must keep the promise to its neighbours, unless an upcast leads to it; the same again is fine.
    /// </summary>
    public async Task<Either<SchemaFault, Unit>> AddAsync(BrokerStore store, EventSchema schema, CancellationToken stopping)
    {
        if (!(await SchemaSet.ReadAsync(schema)).TryGetRight(out var read, out var why)) return new SchemaFault.NoSchema(why);
        if (read.Fault is { } fault) return new SchemaFault.NoSchema(fault);
        if (!(await RefreshAsync(store, stopping)).TryGetRight(out var set, out var failure)) return new SchemaFault.Unavailable(failure);
        if (set.All.FirstOrDefault(s => s.Type == schema.Type && s.Version == schema.Version) is { } known)
            return known == schema ? Unit.Default : new SchemaFault.Taken();
        var faults = Faults(set.Before(schema.Type, schema.Version), schema)
            .Concat(set.After(schema.Type, schema.Version) is { } later ? Faults(schema, later) : []).ToArray();
        if (faults.Length > 0) return new SchemaFault.Breaks(faults);
        if (!(await store.Schemas.Add(schema, stopping)).TryGetRight(out var added, out failure))
            return new SchemaFault.Unavailable(failure);
        await RefreshAsync(store, stopping);
        return added ? Unit.Default : new SchemaFault.Taken();
    }

    public async Task FollowAsync(BrokerStore store, CancellationToken stopping)
    {
        do
        {
            await RefreshAsync(store, stopping);
        }
        while (await Delays.WaitAsync(LookInterval, clock, stopping));
    }

    public async Task<Either<StoreFailure, SchemaSet>> RefreshAsync(BrokerStore store, CancellationToken stopping)
    {
        if (!(await store.Schemas.All(stopping)).TryGetRight(out var all, out var failure)) return failure;
        if (all.SequenceEqual(Now.All)) return Now;
        var (set, faults) = await SchemaSet.OfAsync(all);
        foreach (var fault in faults)
            log.LogWarning(
                LogEvents.Named("broker.schema-refused"), "broker: a stored schema is not taken, or cannot be applied: {Fault}", fault);
        return Now = set;
    }

    IReadOnlyList<string> Faults(EventSchema? older, EventSchema newer)
    {
        if (older is null || newer.Upcast is not null) return [];
        using var before = JsonDocument.Parse(older.Document);
        using var after = JsonDocument.Parse(newer.Document);
        return SchemaCompatibility.Faults(promise, before.RootElement, after.RootElement);
    }
}
