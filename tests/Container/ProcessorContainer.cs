using System.Diagnostics;
using System.Text.Json;

namespace Hobom.Slices.Tests.Container;

/// <summary>
/// The processor's image as a careful host runs it: its own user, nothing writable, no capabilities, no new privileges,
/// 256 MB. On the host's network, where the tests' neighbours listen.
/// </summary>
sealed class ProcessorContainer : IAsyncDisposable
{
    /// <summary>As OPERATING.md has it.</summary>
    const string StopLimit = "45";

    static readonly string[] Limits =
    [
        "--read-only", "--cap-drop=all", "--security-opt=no-new-privileges", "--memory=256m", "--memory-swap=256m", "--pids-limit=512",
        // An engine may ask for more than a machine gives.
        "--ulimit=nofile=20000:20000", "--ulimit=nproc=4096:4096",
        // Podman puts writable folders over a read-only root unless told not to; Docker does not know the word.
        .. ContainerCli.IsPodman ? ["--read-only-tmpfs=false"] : Array.Empty<string>(),
    ];

    readonly string name = $"hobom-test-{Guid.NewGuid():N}";

    public static async Task<ProcessorContainer> StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        var container = new ProcessorContainer();
        await ContainerCli.DoneAsync(
        [
            "run", "--detach", "--name", container.name, "--network=host", .. Limits,
            .. settings.SelectMany(s => (string[])["--env", $"{s.Key}={s.Value}"]), ImageNeighbours.Processor,
        ]);
        return container;
    }

    /// <summary>In the foreground, removed at its end.</summary>
    public static Task<ToolEnd> OnceAsync(params string[] arguments) =>
        ContainerCli.RunAsync(["run", "--rm", "--network=none", .. Limits, ImageNeighbours.Processor, .. arguments]);

    public Task<ToolEnd> ExecAsync(params string[] command) => ContainerCli.RunAsync(["exec", name, .. command]);

    public async Task<string> OutputAsync()
    {
        var logs = await ContainerCli.RunAsync("logs", name);
        return logs.Output + logs.Errors;
    }

    /// <summary>What the kernel says of its first process, by name.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ProcessStatusAsync()
    {
        var pid = (await InspectAsync()).GetProperty("State").GetProperty("Pid").GetInt32();
        return (await File.ReadAllLinesAsync($"/proc/{pid}/status")).Select(line => line.Split(':', 2))
            .ToDictionary(pair => pair[0], pair => pair[1].Trim(), StringComparer.Ordinal);
    }

    /// <summary>Its stop signal, and SIGKILL after the limit.</summary>
    /// <returns>The exit code, and how long it took.</returns>
    public async Task<(int Code, TimeSpan Took)> StopAsync()
    {
        var since = Stopwatch.StartNew();
        await ContainerCli.DoneAsync("stop", "-t", StopLimit, name);
        return ((await InspectAsync()).GetProperty("State").GetProperty("ExitCode").GetInt32(), since.Elapsed);
    }

    public async ValueTask DisposeAsync() => await ContainerCli.RunAsync("rm", "--force", "--volumes", name);

    async Task<JsonElement> InspectAsync() =>
        JsonSerializer.Deserialize<JsonElement>((await ContainerCli.DoneAsync("container", "inspect", name)).Output)[0];
}
