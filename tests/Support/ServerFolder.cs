namespace Hobom.Slices.Tests.Support;

/// <summary>
/// Where the data of a test's server lie. A server that writes through to a busy disk may be silent for longer than its
/// client waits; what tests kill is its process, and memory keeps its files as a disk does.
/// </summary>
public static class ServerFolder
{
    const string InMemory = "/dev/shm";

    /// <summary>In bytes: a container's is often 64 MB.</summary>
    const long Enough = 2L << 30;

    static readonly string? Parent =
        Directory.Exists(InMemory) && new DriveInfo(InMemory).AvailableFreeSpace >= Enough ? InMemory : null;

    /// <summary>A new one, in memory where the machine has such a place; whoever asks deletes it.</summary>
    public static string New(string prefix) => Parent is null
        ? Directory.CreateTempSubdirectory(prefix).FullName
        : Directory.CreateDirectory(Path.Combine(Parent, $"{prefix}{Guid.NewGuid():N}")).FullName;
}
