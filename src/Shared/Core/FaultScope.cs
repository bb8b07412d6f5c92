using System.Diagnostics;

namespace Hobom.Slices.Core;

/// <summary>Whom a failed publish concerns. What concerns more than one record is an outage, whatever its name.</summary>
public enum FaultScope
{
    /// <summary>Nothing of Kafka's: this process is stopping, or does not have the flow.</summary>
    None,

    /// <summary>This record alone: any other may go through.</summary>
    Record,

    /// <summary>The error does not say: one record, or all of them.</summary>
    Unclear,

    /// <summary>Every record of the topic: it is missing, has no leader, or this account may not write to it.</summary>
    Topic,

    /// <summary>Whatever this account asks for: its password, its certificate, its quota.</summary>
    Account,

    /// <summary>Whatever anybody asks for: no broker answers, or too few replicas are in sync.</summary>
    Cluster,

    /// <summary>Whatever this process sends: its settings, its clock, its memory, its producer.</summary>
    Process,
}

public static class FaultScopes
{
    /// <summary>It would befall any other record too.</summary>
    public static bool IsOutage(this FaultScope scope) => scope switch
    {
        FaultScope.Topic or FaultScope.Account or FaultScope.Cluster or FaultScope.Process => true,
        FaultScope.None or FaultScope.Record or FaultScope.Unclear => false,
        _ => throw new UnreachableException(),
    };

    /// <summary>Whether the failure says something of the records after it.</summary>
    public static bool SaysOfOthers(this FaultScope scope) => scope is FaultScope.Unclear || scope.IsOutage();
}
