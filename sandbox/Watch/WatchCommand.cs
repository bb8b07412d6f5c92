using System.Text;

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
        var onTerminal = !Console.IsOutputRedirected;
        if (!onTerminal)
            Console.WriteLine(options.Notes);
        try
        {
            for (Reading? earlier = null; ; await Task.Delay(s_interval, stopping))
            {
                var now = await watcher.LookAsync(stopping);
                if (onTerminal)
                    Redraw(Screen.Page(now, earlier, options.Notes));
                else
                    Console.WriteLine(Screen.Line(now, earlier));
                if (now.Settled >= options.CountLimit)
                    return Conclude(now, onTerminal);
                if (options.CountLimit is { } wanted && now.Elapsed > options.TimeLimit)
                    return GiveUp(now, wanted);
                earlier = now;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return 0;
        }
    }

    private static int Conclude(Reading now, bool shown)
    {
        if (!shown)
            Console.WriteLine(string.Join('\n', Screen.Page(now, s_start, notes: "")));
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

    // Home, each line cleared to its end, then everything below.
    private static void Redraw(IReadOnlyList<string> lines)
    {
        var page = new StringBuilder("\e[H");
        foreach (var line in lines)
            page.Append(line).Append("\e[K\n");
        Console.Write(page.Append("\e[J"));
    }
}
