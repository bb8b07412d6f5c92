using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>
/// The real program in a process and a working folder of its own. A small shell stands between: it outlives the
/// test by just long enough to kill the processor, however the test ends.
/// </summary>
public sealed class RunningProcessor : IAsyncDisposable
{
    public const string InternalKey = "internal-key-of-the-tests";

    // Under job control the processor leads a process group of its own; off again before the wait, which would else end
    // when it is merely frozen. It ignores no signal, also where the tests were started in the background.
    const string GuardScript = """
        exec 3<&0
        set -m
        env --default-signal=INT,QUIT "$@" </dev/null 3<&- &
        processor=$!
        set +m
        trap '' HUP INT TERM
        echo "$processor"
        exec 2>/dev/null
        ( read -r _ <&3; kill -KILL "$processor" ) >/dev/null &
        reader=$!
        wait "$processor"
        code=$?
        kill -KILL "$reader"
        exit "$code"
        """;

    /// <summary>For the end after the first signal.</summary>
    public static readonly TimeSpan OrderlyLimit = TimeSpan.FromSeconds(25);

    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    readonly string[] program;
    readonly IReadOnlyDictionary<string, string> settings;
    readonly StringBuilder output = new();
    readonly StringBuilder errors = new();
    Process guard;
    Task reading;

    RunningProcessor(string[] program, IReadOnlyDictionary<string, string> settings, string folder)
    {
        this.program = program;
        this.settings = settings;
        Folder = folder;
        (guard, ProcessId, reading) = StartGuard();
        var address = settings.GetValueOrDefault("HOBOM_HTTP_ADDR", "127.0.0.1:8082");
        Http = new HttpClient { BaseAddress = new Uri($"http://{address}"), Timeout = TimeSpan.FromSeconds(30) };
        Http.DefaultRequestHeaders.Add("x-api-key", InternalKey);
    }

    /// <summary>The processor as it was built beside these tests.</summary>
    public static string BuiltPath { get; } = Assembly.GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Processor").Value!;

    public string Folder { get; }

    public int ProcessId { get; private set; }

    /// <summary>Sends the internal key with each request.</summary>
    public HttpClient Http { get; }

    /// <summary>Both streams of all runs, in the order read.</summary>
    public string Output
    {
        get
        {
            lock (output) return output.ToString();
        }
    }

    /// <summary>Standard error alone.</summary>
    public string Errors
    {
        get
        {
            lock (output) return errors.ToString();
        }
    }

    /// <summary>Starts it and returns when /health answers.</summary>
    public static async Task<RunningProcessor> StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        var processor = Launch(settings);
        await processor.AnswersAsync();
        return processor;
    }

    /// <summary>Starts it and returns at once.</summary>
    /// <param name="dotEnv">The text of a .env file in the working folder.</param>
    /// <param name="program">What to start instead of the processor that was built beside these tests.</param>
    public static RunningProcessor Launch(
        IReadOnlyDictionary<string, string> settings, string? dotEnv = null, params string[] program)
    {
        var folder = Directory.CreateTempSubdirectory("hobom-processor-").FullName;
        if (dotEnv is not null) File.WriteAllText(Path.Combine(folder, ".env"), dotEnv);
        return new RunningProcessor(program is [] ? ["dotnet", BuiltPath] : program, settings, folder);
    }

    /// <param name="signal">TERM, INT, KILL, STOP or CONT.</param>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{ProcessId}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>The exit code, 128 + n after signal n; all output is there then.</summary>
    public async Task<int> ExitAsync(TimeSpan limit)
    {
        await guard.WaitForExitAsync().WaitAsync(limit);
        await reading;
        return guard.ExitCode;
    }

    /// <summary>SIGTERM, and the orderly end that must follow.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("TERM");
        Assert.Equal(0, await ExitAsync(OrderlyLimit));
    }

    /// <summary>As a crash: kill -9.</summary>
    public async Task KillAsync()
    {
        await SignalAsync("KILL");
        await ExitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>Starts it again with the same settings after it has ended.</summary>
    public async Task RestartAsync()
    {
        guard.Dispose();
        (guard, ProcessId, reading) = StartGuard();
        await AnswersAsync();
    }

    public async Task AnswersAsync()
    {
        await Eventually.TrueAsync(
            async () => guard.HasExited
                ? throw new InvalidOperationException($"the processor ended with code {guard.ExitCode}: {Output}")
                : await IsHealthyAsync(),
            StartLimit, () => $"/health does not answer: {Output}");
    }

    /// <summary>Ends the wait between two visits.</summary>
    public async Task PollNowAsync()
    {
        using var answer = await Http.PostAsync(
            new Uri("/hobom-event-processor/internal/api/v1/pollers/messages/poll", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    /// <summary>Waits until a line of the output holds the text.</summary>
    public Task SaysAsync(string text, TimeSpan? limit = null) => Eventually.TrueAsync(
        () => Task.FromResult(Output.Contains(text, StringComparison.Ordinal)), limit,
        () => $"never said '{text}': {Output}");

    public async ValueTask DisposeAsync()
    {
        if (!guard.HasExited) await KillAsync();
        guard.Dispose();
        Http.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    async Task<bool> IsHealthyAsync()
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri("/health", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    (Process Guard, int ProcessId, Task Reading) StartGuard()
    {
        var start = new ProcessStartInfo("bash", ["-c", GuardScript, "processor-guard", .. program])
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("HOBOM_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        var started = Process.Start(start)!;
        var processId = int.Parse(started.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        return (started, processId, Task.WhenAll(
            KeepAsync(started.StandardOutput, output), KeepAsync(started.StandardError, output, errors)));
    }

    async Task KeepAsync(StreamReader from, params StringBuilder[] into)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (output)
            {
                foreach (var text in into) text.AppendLine(line);
            }
        }
    }
}
