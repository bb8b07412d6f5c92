using Hobom.Slices.DeadLetters.Replays.Endpoints;

namespace Hobom.Slices.Host.CommandLine;

/// <summary>How far a job is: a bar that is redrawn on a screen, else a line where something changed.</summary>
sealed class ProgressLine(Terminal terminal, bool quiet)
{
    string shown = "";
    string? why;

    public void Show(ReplayJobView job)
    {
        if (quiet) return;
        var line = terminal.IsScreen ? ReplayLines.Bar(job) : ReplayLines.OfProgress(job);
        if (job.Why != why)
        {
            End();
            why = job.Why;
            if (why is not null) terminal.Output.WriteLine($"{LogText.Clean(job.State, 20)}: {LogText.Clean(why, 300)}");
        }

        if (line == shown) return;
        // Blanks, not an escape sequence: they wipe what a shorter line leaves on any terminal.
        if (terminal.IsScreen) terminal.Output.Write($"\r{line.PadRight(shown.Length)}");
        else terminal.Output.WriteLine(line);
        terminal.Output.Flush();
        shown = line;
    }

    /// <summary>Leaves the bar, so that other lines follow it.</summary>
    public void End()
    {
        if (terminal.IsScreen && shown.Length > 0) terminal.Output.WriteLine();
        shown = "";
    }
}
