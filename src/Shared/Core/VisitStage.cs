namespace Hobom.Slices.Core;

/// <summary>The step of a visit at which rows stay behind. Told by readiness: a contract with alarms.</summary>
public static class VisitStage
{
    /// <summary>The backend is asked for its rows.</summary>
    public const string Outbox = "outbox";

    public const string Publish = "publish";

    /// <summary>What must not be forgotten is written to Redis.</summary>
    public const string Redis = "redis";

    /// <summary>The backend is told what became of a row.</summary>
    public const string Mark = "mark";

    /// <summary>An error that nobody expected; the log has it.</summary>
    public const string Unexpected = "internal";
}
