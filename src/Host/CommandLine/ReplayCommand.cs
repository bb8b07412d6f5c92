using Hobom.Slices.DeadLetters.Replays.Endpoints;

namespace Hobom.Slices.Host.CommandLine;

/// <summary><c>hobom dlq replay</c>: one letter at once; many by a plan that is shown, confirmed, started and followed.</summary>
sealed class ReplayCommand(ProcessorApi api, Terminal terminal, DlqOrder order, Func<Task> second)
{
    /// <summary>Looks in a row that may find nobody before it gives up following.</summary>
    const int LostLooks = 30;

    public Task<int> RunAsync() => DlqArguments.IsSingle(order) ? RetryAsync(order.Keys[0]) : ReplayManyAsync();

    async Task<int> RetryAsync(string key)
    {
        var received = await api.PostAsync($"/dlq/retry/{Uri.EscapeDataString(key)}{(order.Confirm is { } confirm ? $"?confirm={confirm}" : "")}", null);
        if (!received.IsServed(terminal, out var answer))
        {
            // 502: it was tried, and the letter is still there.
            return answer is { Status: 502, IsExplained: true } ? DlqCommand.SomeLeft : DlqCommand.NotServed;
        }

        if (order.Json) terminal.WriteJson(answer.Body);
        else terminal.Output.WriteLine(LogText.Clean(answer.Read<RetryDeadLetterEndpoint.RetryAnswer>().Message, 300));
        return answer.Status == 200 ? DlqCommand.Done : DlqCommand.SomeLeft;
    }

    async Task<int> ReplayManyAsync()
    {
        if (!order.Yes && !terminal.CanAsk)
        {
            await terminal.Error.WriteLineAsync("nobody can be asked here: --yes starts without asking");
            return DlqCommand.WrongArguments;
        }

        var keys = order.Keys.Count > 0 ? order.Keys : null;
        var filter = keys is null ? order.Filter.ToDictionary(StringComparer.Ordinal) : null;
        var planned = await api.PostAsync("/dlq/replays", new { filter, keys, rate = order.Rate, canary = order.Canary });
        if (!planned.IsServed(terminal, out var answer)) return DlqCommand.NotServed;
        var plan = answer.Read<ReplayJobView>();
        // With --json the output is the server's alone; who is asked still sees the plan.
        var told = order.Json ? terminal.Error : terminal.Output;
        if (!order.Json || !order.Yes) foreach (var line in ReplayLines.OfPlan(plan)) await told.WriteLineAsync(line);
        if (plan.Plan.Count == 0 || !(order.Yes || Agrees()))
        {
            await api.PostAsync($"{PathOf(plan)}/cancel", null);
            if (order.Json) terminal.WriteJson(answer.Body);
            return plan.Plan is { Count: 0, Unknown: 0 } ? DlqCommand.Done : DlqCommand.SomeLeft;
        }

        if (!(await api.PostAsync($"{PathOf(plan)}/start", null)).IsServed(terminal, out answer)) return DlqCommand.NotServed;
        return await FollowAsync(plan, answer);
    }

    static string PathOf(ReplayJobView job) => $"/dlq/replays/{Uri.EscapeDataString(job.Id)}";

    bool Agrees()
    {
        terminal.Error.Write("Start? y/N ");
        terminal.Error.Flush();
        return terminal.Input.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    async Task<int> FollowAsync(ReplayJobView plan, ApiAnswer answer)
    {
        if (!order.Json) terminal.Output.WriteLine($"Job {LogText.Clean(plan.Id, 80)} is started; it goes on when this command is stopped.");
        var progress = new ProgressLine(terminal, order.Json);
        var job = answer.Read<ReplayJobView>();
        for (var lost = 0; !HasEnded(job);)
        {
            progress.Show(job);
            await second();
            var look = await api.GetAsync(PathOf(plan));
            lost = look.Match(found => found.Status >= 500, _ => true) ? lost + 1 : 0;
            if (lost is > 0 and < LostLooks) continue;
            if (lost > 0 || look.Match(found => found.Error is not null, _ => true)) progress.End();
            if (!look.IsServed(terminal, out answer)) return DlqCommand.NotServed;
            job = answer.Read<ReplayJobView>();
        }

        progress.Show(job);
        progress.End();
        if (order.Json) terminal.WriteJson(answer.Body);
        else foreach (var line in ReplayLines.OfEnd(job)) terminal.Output.WriteLine(line);
        return job is { State: "finished", Progress: { Failed: 0, Skipped: 0, Left: 0 }, Plan.Unknown: 0 } ? DlqCommand.Done : DlqCommand.SomeLeft;
    }

    static bool HasEnded(ReplayJobView job) => job.EndedAt is not null || job.State is "stopped" or "finished" or "cancelled";
}
