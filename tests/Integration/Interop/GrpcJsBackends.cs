using System.Diagnostics;
using System.Text.Json;

namespace Hobom.Slices.Tests.Integration.Interop;

/// <summary>
/// The main, space and llm backends in one node process on @grpc/grpc-js (tests/Integration/grpc-js), with
/// <see cref="Control"/> to give them rows and orders. Needs node and npm.
/// </summary>
public sealed class GrpcJsBackends : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    readonly string? certificatePath;
    readonly string? certificateKeyPath;
    NodeProcess node;

    GrpcJsBackends(NodeProcess node, string? certificatePath, string? certificateKeyPath)
    {
        this.node = node;
        this.certificatePath = certificatePath;
        this.certificateKeyPath = certificateKeyPath;
        Control = new GrpcJsControl(new Uri($"http://127.0.0.1:{node.Ports.Control}"));
    }

    /// <summary>host:port, as the relay's settings want it. Kept by every restart.</summary>
    public string MainAddress => $"127.0.0.1:{node.Ports.Main}";

    public string SpaceAddress => $"127.0.0.1:{node.Ports.Space}";

    public string LlmAddress => $"127.0.0.1:{node.Ports.Llm}";

    public int ProcessId => node.Process.Id;

    public GrpcJsControl Control { get; }

    /// <summary>Starts the backends on free ports; with both PEM files they speak TLS.</summary>
    /// <exception cref="InvalidOperationException">npm ci or the server failed; the message holds its output.</exception>
    public static async Task<GrpcJsBackends> StartAsync(
        string? certificatePath = null, string? certificateKeyPath = null, CancellationToken cancellation = default)
    {
        await NodeModules.EnsureInstalledAsync(cancellation);
        var started = await StartNodeAsync(certificatePath, certificateKeyPath, ports: "", cancellation);
        return new GrpcJsBackends(started, certificatePath, certificateKeyPath);
    }

    /// <summary>Ends the process as a crash does: every connection breaks, every row is gone.</summary>
    public async Task KillAsync()
    {
        node.Process.Kill();
        await node.Process.WaitForExitAsync();
    }

    /// <summary>Serves again on the same ports after <see cref="KillAsync"/>, with no rows.</summary>
    public async Task RestartAsync(CancellationToken cancellation = default)
    {
        if (!node.Process.HasExited)
            await KillAsync();
        var (main, space, llm, control) = node.Ports;
        node.Process.Dispose();
        node = await StartNodeAsync(
            certificatePath, certificateKeyPath, string.Join(',', [main, space, llm, control]), cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (!node.Process.HasExited)
            await KillAsync();
        node.Process.Dispose();
        Control.Dispose();
    }

    static async Task<NodeProcess> StartNodeAsync(
        string? certificatePath, string? certificateKeyPath, string ports, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("node", ["server.mjs"])
        {
            WorkingDirectory = NodeModules.Folder,
            UseShellExecute = false,
            RedirectStandardInput = true, // the server ends when this closes, however this process ends
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GRPC_JS_PORTS"] = ports;
        start.Environment["GRPC_JS_TLS_CERT"] = certificatePath;
        start.Environment["GRPC_JS_TLS_KEY"] = certificateKeyPath;

        var process = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None); // read all along, so it never blocks
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StartLimit);
        try
        {
            var ready = await process.StandardOutput.ReadLineAsync(limit.Token)
                ?? throw new InvalidOperationException($"server.mjs ended before it was ready: {await errors}");
            return new NodeProcess(process, JsonSerializer.Deserialize<GrpcJsPorts>(ready, JsonSerializerOptions.Web)!);
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    sealed record NodeProcess(Process Process, GrpcJsPorts Ports);

    sealed record GrpcJsPorts(int Main, int Space, int Llm, int Control);
}
