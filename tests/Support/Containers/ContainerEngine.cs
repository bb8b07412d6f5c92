using Docker.DotNet.Models;
using DotNet.Testcontainers.Configurations;

namespace Hobom.Slices.Tests.Support;

/// <summary>The Docker engine, or one that speaks as Docker does, that Testcontainers finds.</summary>
public static class ContainerEngine
{
    static readonly Lazy<bool> Found = new(() => TestcontainersSettings.OS.DockerEndpointAuthConfig is not null);

    /// <summary>False where there is none, or it does not answer.</summary>
    public static bool Answers => Found.Value;

    /// <summary>To stop such a container is to kill it.</summary>
    internal static void StopAtOnce(CreateContainerParameters container) => container.StopTimeout = TimeSpan.Zero;
}
