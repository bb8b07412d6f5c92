namespace Hobom.Slices.Tests.Integration.Telemetry;

/// <summary>A test that wants Debian's Prometheus in the path.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class PrometheusFactAttribute : FactAttribute
{
    public PrometheusFactAttribute()
    {
        if (PathOf("prometheus") is null || PathOf("promtool") is null) Skip = "there is no prometheus and promtool in the path";
    }

    public static string? PathOf(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
