namespace Hobom.Slices.Tests.Fast.Simulation;

/// <summary>Promises that were seen broken. They are collected, because what a fake throws the relay would catch.</summary>
sealed class Violations
{
    readonly List<string> seen = [];

    public void When(bool broken, string what)
    {
        if (broken) seen.Add(what);
    }

    public void AssertNone() => Assert.Empty(seen);
}
