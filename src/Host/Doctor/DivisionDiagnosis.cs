using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;

namespace Hobom.Slices.Host.Doctor;

/// <summary>Whether this process would share a flow with those that run, or stand by for ever. Pure.</summary>
static class DivisionDiagnosis
{
    /// <param name="seen">What is in force: a <see cref="FlowDivision"/>, or the holder of a flow that is not divided.</param>
    /// <param name="here">As the settings divide it.</param>
    public static CheckResult Of(string flow, string seen, FlowDivision here)
    {
        var check = $"flow: {flow}";
        var division = FlowDivision.Parse(seen);
        var running = division?.Count ?? ShardCount.One;
        if (running != here.Count)
            return CheckResult.Wrong(
                check, $"those that run have it {Divided(running)}, and these settings {Divided(here.Count)}",
                "set HOBOM_RELAY_SHARDS to the same in all processes: until then those that differ stand by");
        return division is not null && division.Life != here.Life
            ? CheckResult.Wrong(
                check, $"its leases live for {Durations.Format(division.Life)}, and by these settings for {Durations.Format(here.Life)}",
                "set HOBOM_KAFKA_DELIVERY_TIMEOUT to the same in all processes: until then those that differ stand by")
            : CheckResult.Well(check, running == ShardCount.One ? "a process has it" : $"processes share it, in {running.Value} shards");
    }

    static string Divided(ShardCount count) => count == ShardCount.One ? "undivided" : $"in {count.Value} shards";
}
