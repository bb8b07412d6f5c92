using Spectre.Console;

namespace Hobom.Slices.Sandbox.Watch;

/// <summary>Looks every two seconds and shows it: refreshed in place on a terminal, a line each time elsewhere.</summary>
public static class WatchCommand
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);

    /// <summary>Against this one the last page shows the rates of the whole run.</summary>
    private static readonly Reading s_start =
        new(TimeSpan.Zero, Rows: null, new Dictionary<string, long>(StringComparer.Ordinal), Letters: null);

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(WatchOptions options, CancellationToken stopping)
    {
        using var watcher = new Watcher(options);
        var console = NewConsole(onTerminal: !Console.IsOutputRedirected);
        try
        {
            if (!Console.IsOutputRedirected)
            {
                var last = await console.Live(new Text("")).StartAsync(context =>
                    WatchAsync(watcher, options, (now, earlier) => context.UpdateTarget(Screen.Page(now, earlier, options.Notes)), stopping));
                return Conclude(last, options);
            }

            Console.WriteLine(options.Notes);
            var end = await WatchAsync(watcher, options, (now, earlier) => Console.WriteLine(Screen.Line(now, earlier)), stopping);
            if (end.Settled >= options.CountLimit)
                console.Write(Screen.Page(end, s_start, notes: ""));
            return Conclude(end, options);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return 0;
        }
    }

    /// <summary>The reading that was enough, or the first one after the time was up.</summary>
    private static async Task<Reading> WatchAsync(
        Watcher watcher, WatchOptions options, Action<Reading, Reading?> show, CancellationToken stopping)
    {
        for (Reading? earlier = null; ; await Task.Delay(s_interval, stopping))
        {
            var now = await watcher.LookAsync(stopping);
            show(now, earlier);
            if (options.CountLimit is { } wanted && (now.Settled >= wanted || now.Elapsed > options.TimeLimit))
                return now;
            earlier = now;
        }
    }

    // The run script sets TERM=dumb so that .NET leaves the terminal's modes alone: what it can do is told here. Nothing
    // that is redirected is wrapped.
    private static IAnsiConsole NewConsole(bool onTerminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = onTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = onTerminal ? InteractionSupport.Yes : InteractionSupport.No,
        });
        if (!onTerminal)
            console.Profile.Width = 1000;
        return console;
    }

    private static int Conclude(Reading now, WatchOptions options)
    {
        if (now.Settled < options.CountLimit)
            return GiveUp(now, options.CountLimit.Value);
        var letters = now.Letters?.Values.Sum();
        Console.WriteLine(
            $"{now.Settled} events settled in {now.Elapsed.TotalSeconds:0} s: {now.Sent} sent, {now.Failed} failed; "
            + $"dead letters: {letters?.ToString() ?? "unknown"}.");
        if (letters >= now.Failed)
            return 0;
        Console.WriteLine("A row is FAILED without a dead letter: that must not happen.");
        return 1;
    }

    private static int GiveUp(Reading now, long wanted)
    {
        Console.WriteLine($"Only {now.Settled} of {wanted} events were settled within {now.Elapsed.TotalSeconds:0} s.");
        foreach (var row in now.Rows?.Events.Where(row => row.Pending > 0) ?? [])
            Console.WriteLine($"  {row.EventType}: {row.Pending} pending");
        return 1;
    }
}
