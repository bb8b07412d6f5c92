using System.Reflection;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>Where the build left the programs that run in processes of their own.</summary>
static class BuiltPrograms
{
    public static string Processor => Named("Processor");

    public static string Outbox => Named("Outbox");

    public static string Sandbox => Named("Sandbox");

    static string Named(string key) =>
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
