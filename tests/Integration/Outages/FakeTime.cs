namespace Hobom.Slices.Tests.Integration.Outages;

/// <summary>libfaketime of Debian's package <c>faketime</c>: another clock for one process. Java and Redis run under it; .NET does not start.</summary>
static class FakeTime
{
    static readonly string? Library = Directory.Exists("/usr/lib")
        ? Directory.EnumerateFiles("/usr/lib", "libfaketime.so.1", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 }).FirstOrDefault()
        : null;

    /// <summary>Why it cannot be had here; null where it can.</summary>
    public static string? Missing => Library is null ? "there is no libfaketime: Debian's package faketime" : null;

    /// <summary>For the process itself: the program of the package would be a parent that outlives being killed.</summary>
    /// <param name="offset">Such as <c>+61m</c>.</param>
    public static (string Name, string Value)[] Variables(string offset) =>
        [("LD_PRELOAD", Library!), ("FAKETIME", offset)];

    /// <summary>As <see cref="Variables"/>: Redis' jemalloc asks for the time while it starts, and must find the C library's own first.</summary>
    public static (string Name, string Value)[] OfRedis(string offset) =>
        [("LD_PRELOAD", $"{Library}:libc.so.6"), ("FAKETIME", offset)];
}

/// <summary>Needs Kafka's own broker and another clock for a process.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class OtherClockFactAttribute : FactAttribute
{
    public OtherClockFactAttribute() => Skip = Kafka.RealKafkaFactAttribute.WhyNot ?? FakeTime.Missing;
}

/// <summary>Needs a Redis of this machine and another clock for it.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class OtherClockTheoryAttribute : TheoryAttribute
{
    public OtherClockTheoryAttribute() => Skip = Support.RedisServer.IsInstalled ? FakeTime.Missing : "there is no redis-server on this machine";
}
