using System.Diagnostics;
using System.Globalization;

namespace Hobom.Slices.Runtime.Leases;

/// <summary>
/// One run of this program, told apart from every other. Where the machine has a <c>/proc</c> of its own, another
/// process of the same process table can tell from it whether this one has ended.
/// </summary>
/// <param name="Id">Of this run: no two have the same.</param>
/// <param name="Boot">Of the kernel that it runs on, since its start; null where it is not known.</param>
/// <param name="PidNamespace">The process table in which <paramref name="Pid"/> counts; null where it is not known.</param>
/// <param name="Started">In clock ticks since the kernel's start, which tells two processes of one pid apart.</param>
public sealed record ProcessIdentity(string Id, string Host, int Pid, string? Boot, string? PidNamespace, long? Started)
{
    public static ProcessIdentity OfThisProcess()
    {
        var id = Guid.CreateVersion7().ToString("N");
        var (host, pid) = (Environment.MachineName, Environment.ProcessId);
        // A /proc of another process table would tell of strangers.
        return StatOf("self") is (var seen, { } started) && seen == pid
            ? new ProcessIdentity(id, host, pid, BootId(), PidNamespaceId(), started)
            : new ProcessIdentity(id, host, pid, null, null, null);
    }

    /// <summary>Whether what this process sees under a pid is what the other one meant by it.</summary>
    public bool SharesProcessTableWith(ProcessIdentity other) =>
        Host == other.Host && Boot is not null && Boot == other.Boot && PidNamespace is not null && PidNamespace == other.PidNamespace;

    /// <summary>True only where it is certain: no process has the pid, or one that began at another time.</summary>
    /// <param name="other">Of the same process table.</param>
    public static bool HasEnded(ProcessIdentity other) =>
        !Exists(other.Pid)
        || (other.Started is { } started && StatOf($"{other.Pid}") is (var pid, { } now) && pid == other.Pid && now != started);

    /// <summary>Asks the kernel and not <c>/proc</c>, which can be mounted so that it hides other users' processes.</summary>
    static bool Exists(int pid)
    {
        try
        {
            Process.GetProcessById(pid).Dispose();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Pid and start; the name between them is in brackets and may hold anything.</summary>
    static (int Pid, long? Started)? StatOf(string process)
    {
        if (Read($"/proc/{process}/stat") is not { } text) return null;
        var end = text.LastIndexOf(')');
        var fields = end < 0 ? [] : text[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (!int.TryParse(
                text.AsSpan(0, Math.Max(0, text.IndexOf(' ', StringComparison.Ordinal))), NumberStyles.None, CultureInfo.InvariantCulture,
                out var pid))
            return null;
        // The 22nd field of proc_pid_stat(5); what follows the name begins with the third.
        return fields.Length > 19 && long.TryParse(fields[19], NumberStyles.None, CultureInfo.InvariantCulture, out var started)
            ? (pid, started)
            : null;
    }

    static string? BootId() => Read("/proc/sys/kernel/random/boot_id")?.Trim() is { Length: > 0 } id ? id : null;

    static string? PidNamespaceId()
    {
        try
        {
            return new FileInfo("/proc/self/ns/pid").LinkTarget;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
