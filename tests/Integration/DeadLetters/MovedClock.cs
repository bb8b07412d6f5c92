namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>The system's clock, moved ahead as told.</summary>
public sealed class MovedClock : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
