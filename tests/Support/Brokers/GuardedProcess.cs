using System.Diagnostics;
using System.Globalization;

namespace Hobom.Slices.Tests.Support.Brokers;

/// <summary>
/// A broker under a small shell that outlives this process: the pipe to the shell closes however this process ends,
/// kill -9 included, and the shell then kills the broker and deletes its directory.
/// </summary>
sealed class GuardedProcess : IDisposable
{
    // $1 directory, $2 log, then the broker's command. Started under job control (set -m) the broker leads a process
    // group of its own: signals reach all of it, and Ctrl-C in a terminal does not. Job control is off again before the
    // wait, which would else end when the broker is merely frozen. Each line read is a signal to send.
    const string GuardScript = """
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

    static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    readonly Process guard;
    readonly string logPath;

    GuardedProcess(Process process, string log, int processId)
    {
        guard = process;
        logPath = log;
        ProcessId = processId;
    }

    /// <summary>The broker's process id, which is its process group's too.</summary>
    public int ProcessId { get; }

    public bool HasEnded => guard.HasExited;

    public static async Task<GuardedProcess> StartAsync(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, string directory)
    {
        var log = Path.Combine(directory, "broker.log");
        await File.WriteAllTextAsync(log, "");
        var start = new ProcessStartInfo("bash", ["-c", GuardScript, "broker-guard", directory, log, .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        var process = Process.Start(start)!;
        var processId = await process.StandardOutput.ReadLineAsync(CancellationToken.None);
        return new GuardedProcess(process, log, int.Parse(processId!, CultureInfo.InvariantCulture));
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

    public void Send(string signal)
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
