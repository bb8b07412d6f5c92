using System.Diagnostics.Metrics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>How long operations at Redis take, and how they end; OpenTelemetry's name for it.</summary>
public sealed class RedisMeter(IMeterFactory meters)
{
    static readonly KeyValuePair<string, object?> System = new("db.system.name", "redis");

    readonly Histogram<double> duration = meters.Create($"{TelemetryNames.MeterPrefix}.Redis").CreateHistogram(
        "db.client.operation.duration", "s", "One operation at Redis",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10] });

    /// <param name="failure">Null where Redis did what was asked.</param>
    internal void Note(TimeSpan took, StoreFailure? failure)
    {
        if (failure is null) duration.Record(took.TotalSeconds, System);
        else duration.Record(took.TotalSeconds, System, new("error.type", failure.Refusal is null ? "unavailable" : "refused"));
    }
}
