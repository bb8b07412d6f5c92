using Hobom.Slices.DeadLetters.Replays.Endpoints;
using Spectre.Console;

namespace Hobom.Slices.Host.CommandLine;

/// <summary>How far a job is: a bar that is redrawn on a screen, else a line where something changed.</summary>
static class JobProgress
{
    /// <param name="follow">Gets what shows a job's state.</param>
    public static Task<T> ShowAsync<T>(Terminal terminal, bool quiet, Func<Action<ReplayJobView>, Task<T>> follow)
    {
        if (quiet) return follow(_ => { });
        if (!terminal.IsScreen) return follow(new Lines(terminal.Output).Show);
        return terminal.Screen.Progress().HideCompleted(false)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(context =>
            {
                var bar = context.AddTask("");
                return follow(job =>
                {
                    bar.MaxValue = Math.Max(1, job.Progress.Total);
                    bar.Value = job.Progress.Total == 0 ? 1 : job.Progress.Done;
                    bar.Description = Markup.Escape(ReplayLines.OfProgress(job) + WhyOf(job));
                });
            });
    }

    static string WhyOf(ReplayJobView job) => job.Why is { } why ? $": {LogText.Clean(why, 300)}" : "";

    sealed class Lines(TextWriter output)
    {
        string shown = "";

        public void Show(ReplayJobView job)
        {
            var line = ReplayLines.OfProgress(job) + WhyOf(job);
            if (line != shown) output.WriteLine(line);
            output.Flush();
            shown = line;
        }
    }
}
