using System.Text.Json;
using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Tests.Container;

/// <summary>deploy/compose.yaml under a name and on ports of its own, with fresh keys.</summary>
sealed class ComposeProject : IAsyncDisposable
{
    readonly string name = $"hobomtest{Guid.NewGuid():N}"[..20];
    readonly string keysFile = Path.GetTempFileName();
    readonly CancellationTokenSource ending = new();
    Task asking = Task.CompletedTask;

    /// <summary>Null where compose can be run; else why not.</summary>
    public static string? Missing =>
        ContainerCli.Missing is { } missing ? missing
        : !ContainerEngine.Answers ? "no Docker engine answers on a socket"
        : Tool.IsInstalled("docker-compose") ? null
        : "docker-compose is not installed";

    public int ApiPort { get; } = LoopbackPort.Free();

    public int SandboxPort { get; } = LoopbackPort.Free();

    public IReadOnlyDictionary<string, string> Keys { get; private set; } = new Dictionary<string, string>();

    /// <summary>Returns when compose has started everything, which it does only when health checks pass.</summary>
    public async Task UpAsync()
    {
        var keys = (await Tool.DoneAsync(Repository.PathOf("deploy/new-keys"))).Output;
        Keys = keys.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        await File.WriteAllTextAsync(keysFile, keys);
        if (ContainerCli.IsPodman) asking = AskHealthAsync();
        await DoneAsync("up", "--detach", "--no-build");
    }

    public async Task<string> LogsAsync() => (await RunAsync("logs", "--no-color", "--tail", "80")).All;

    public Task StopAsync() => DoneAsync("stop");

    /// <summary>Of a service's container.</summary>
    public async Task<int> ExitCodeAsync(string service) =>
        JsonSerializer.Deserialize<JsonElement>((await ContainerCli.DoneAsync("container", "inspect", await IdOfAsync(service))).Output)[0]
            .GetProperty("State").GetProperty("ExitCode").GetInt32();

    public async Task<ToolEnd> ExecAsync(string service, params string[] command) =>
        await ContainerCli.RunAsync(["exec", await IdOfAsync(service), .. command]);

    /// <summary>Containers, networks and volumes; none is left.</summary>
    public async Task DownAsync()
    {
        await ending.CancelAsync();
        await asking;
        await DoneAsync("down", "--volumes", "--timeout", "45");
    }

    /// <summary>Every container, volume and network that carries its name.</summary>
    public async Task<string> LeftAsync()
    {
        var containers = await ContainerCli.DoneAsync("ps", "--all", "--format", "{{.Names}}", "--filter", $"name={name}");
        var volumes = await ContainerCli.DoneAsync("volume", "ls", "--quiet", "--filter", $"name={name}");
        return containers.Output + volumes.Output;
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await asking;
        await RunAsync("down", "--volumes", "--timeout", "1");
        File.Delete(keysFile);
        ending.Dispose();
    }

    async Task<string> IdOfAsync(string service) => (await DoneAsync("ps", "--quiet", service)).Output.Trim();

    async Task<ToolEnd> DoneAsync(params string[] words)
    {
        var end = await RunAsync(words);
        return end.Code == 0 ? end : throw new InvalidOperationException($"docker-compose {string.Join(' ', words)}: {end.All}");
    }

    Task<ToolEnd> RunAsync(params string[] words) => Tool.RunAsync(
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOBOM_IMAGE"] = ImageNeighbours.Processor, ["HOBOM_SANDBOX_IMAGE"] = "hobom-sandbox:test",
            ["HOBOM_POSTGRES_IMAGE"] = "hobom-postgres:test", ["HOBOM_PORT"] = $"{ApiPort}", ["HOBOM_SANDBOX_PORT"] = $"{SandboxPort}",
            ["COMPOSE_HTTP_TIMEOUT"] = "300",
        },
        [
            "docker-compose", "--project-name", name, "--env-file", keysFile, "--file", "deploy/compose.yaml",
            .. ContainerCli.IsPodman ? ["--file", "tests/Container/compose.stand-ins.yaml"] : Array.Empty<string>(), .. words,
        ]);

    /// <summary>Docker asks by itself; podman does so with systemd's timers, which may not be there.</summary>
    async Task AskHealthAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            var running = await ContainerCli.RunAsync("ps", "--quiet", "--filter", $"name={name}");
            foreach (var id in running.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                await ContainerCli.RunAsync("healthcheck", "run", id);
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }
}
