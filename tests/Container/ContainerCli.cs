namespace Hobom.Slices.Tests.Container;

/// <summary>
/// The command that runs containers: podman by the script of <c>CONTAINER_TOOLS</c>, else docker. Both take the same words.
/// </summary>
static class ContainerCli
{
    static readonly string? Tools = Environment.GetEnvironmentVariable("CONTAINER_TOOLS") is { Length: > 0 } folder ? folder : null;

    static readonly Lazy<bool> DockerAnswers = new(() => Tool.IsInstalled("docker") && Tool.RunAsync("docker", "info").Result.Code == 0);

    /// <summary>Null where containers can be run; else why not.</summary>
    public static string? Missing =>
        IsPodman || DockerAnswers.Value ? null : "neither CONTAINER_TOOLS nor a Docker engine is there";

    /// <summary>It has no health checks of its own here: somebody must ask.</summary>
    public static bool IsPodman => Tools is not null;

    public static Task<ToolEnd> RunAsync(params IReadOnlyList<string> words) => Tool.RunAsync([.. Command, .. words]);

    public static Task<ToolEnd> DoneAsync(params IReadOnlyList<string> words) => Tool.DoneAsync([.. Command, .. words]);

    static string[] Command => Tools is { } folder ? [Path.Combine(folder, "container-run"), "podman"] : ["docker"];
}

/// <summary>A test that runs containers.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class ContainerFactAttribute : FactAttribute
{
    public ContainerFactAttribute() => Skip = ContainerCli.Missing;
}
