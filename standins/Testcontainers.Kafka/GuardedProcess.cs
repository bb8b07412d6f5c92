using System.Diagnostics;
using System.Globalization;

namespace Testcontainers.Kafka;

/// <summary>
/// A broker under a small shell that outlives this process: the pipe to the shell closes however this process ends,
/// kill -9 included, and the shell then kills the broker and deletes its directory.
/// </summary>
internal sealed class GuardedProcess : IDisposable
{
    // $1 directory, $2 log, then the broker's command. Started under job control (set -m) the broker leads a process
    // group of its own: signals reach all of it, and Ctrl-C in a terminal does not. Job control is off again before the
    // wait, which would else end when the broker is merely frozen. Each line read is a signal to send.
    private const string GuardScript = """
        directory=$1 log=$2
        shift 2
        exec 2>/dev/null 3<&0
        set -m
        "$@" </dev/null >>"$log" 2>&1 3<&- &
        broker=$!
        set +m
        trap '' HUP INT TERM
        echo "$broker"
        (
          while read -r signal; do kill -"$signal" -- -"$broker"; done
          touch "$directory/orphaned"
          kill -KILL -- -"$broker"
        ) <&3 >/dev/null &
        reader=$!
        wait "$broker"
        kill -KILL -- -"$broker" "$reader"
        if [ -e "$directory/orphaned" ]; then rm -rf -- "$directory"; fi
        """;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private readonly Process guard;
    private readonly string logPath;

    private GuardedProcess(Process guard, string logPath, int processId)
    {
        this.guard = guard;
        this.logPath = logPath;
        ProcessId = processId;
    }

    /// <summary>The broker's process id, which is its process group's too.</summary>
    public int ProcessId { get; }

    public bool HasEnded => guard.HasExited;

    public static async Task<GuardedProcess> StartAsync(
        BrokerCommand command, string directory, CancellationToken cancellation)
    {
        var logPath = Path.Combine(directory, "broker.log");
        await File.WriteAllTextAsync(logPath, "", cancellation);
        var start = new ProcessStartInfo(
            "bash", ["-c", GuardScript, "broker-guard", directory, logPath, .. command.Arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;

        var guard = Process.Start(start)!;
        var processId = await guard.StandardOutput.ReadLineAsync(CancellationToken.None);
        return new GuardedProcess(guard, logPath, int.Parse(processId!, CultureInfo.InvariantCulture));
    }

    public Task<string> ReadLogAsync() => File.ReadAllTextAsync(logPath);

    /// <summary>SIGTERM; kill -9 when the broker takes too long or the token is cancelled.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StopLimit);
        Send("TERM");
        try
        {
            await guard.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
        }
    }

    public async Task KillAsync()
    {
        Send("KILL");
        await guard.WaitForExitAsync();
    }

    public void Dispose() => guard.Dispose();

    private void Send(string signal)
    {
        try
        {
            guard.StandardInput.WriteLine(signal);
            guard.StandardInput.Flush();
        }
        catch (IOException)
        {
            // The broker ended by itself, which is what the signal was for.
        }
    }
}
