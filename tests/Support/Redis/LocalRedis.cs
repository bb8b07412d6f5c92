using System.Diagnostics;

namespace Hobom.Slices.Tests.Support;

/// <summary>This machine's redis-server in a process of its own, with its data in a folder that goes with it.</summary>
sealed class LocalRedis(string[] options) : RedisServer
{
    const string Program = "redis-server";

    readonly string folder = ServerFolder.New("hobom-redis-");
    Process? process;

    /// <summary>Beside the variables that it has anyway.</summary>
    public IReadOnlyList<(string Name, string Value)> Environment { get; init; } = [];

    public static bool IsHere { get; } = (System.Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, Program)));

    public override async Task StartAsync()
    {
        var start = new ProcessStartInfo(Program)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false,
        };
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        string[] own = ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"];
        foreach (var argument in (string[])[.. own, .. options]) start.ArgumentList.Add(argument);
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        await AnswersAsync(TimeSpan.FromSeconds(20));
    }

    public override async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    public override Task PauseAsync() => SignalAsync("-STOP");

    public override Task ResumeAsync() => SignalAsync("-CONT");

    public override async ValueTask DisposeAsync()
    {
        if (process is not null) await KillAsync();
        Directory.Delete(folder, recursive: true);
    }

    async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{process!.Id}"]);
        await kill.WaitForExitAsync();
    }
}
