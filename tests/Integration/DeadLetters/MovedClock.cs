namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>
/// The system's clock, moved ahead as told. It goes on by itself, as that of the real Redis beside it does; a
/// FakeTimeProvider stands still or jumps by a fixed step with every look.
/// </summary>
public sealed class MovedClock : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
