using System.CommandLine;
using Hobom.Slices.DeadLetters.Replays.Endpoints;

namespace Hobom.Slices.Host.CommandLine;

/// <summary><c>hobom dlq replay</c>: one letter at once; many by a plan that is shown, confirmed, started and followed.</summary>
sealed class ReplayCommand(ApiSession session, ReplayOrder order)
{
    /// <summary>Looks in a row that may find nobody before it gives up following.</summary>
    const int LostLooks = 30;

    readonly ProcessorApi api = session.Api;
    readonly Terminal terminal = session.Terminal;

    public static void AddTo(ApiCommand dlq)
    {
        var keys = LetterSymbols.Keys(ArgumentArity.ZeroOrMore);
        var filters = new LetterFilters();
        var all = Options.Flag("--all", "Every letter");
        var rate = Options.Whole("--rate", 1, 1000, "Letters a second (50)");
        var canary = Options.Whole("--canary", 0, 1000, "Letters that run ahead of the rest (5)");
        var yes = Options.Flag("--yes", "Starts without asking; needed where there is no terminal");
        var unknown = Options.Flag("--confirm-unknown", "One key only: send it although Kafka may have it already");
        var delivered = Options.Flag("--confirm-delivered", "One key only: Kafka has it; send nothing, mark it SENT and remove the letter");
        var replay = new Command("replay", "Sends letters again") { keys, all, rate, canary, yes, unknown, delivered };
        foreach (var filter in filters.Symbols.OfType<Option>()) replay.Add(filter);

        replay.Validators.Add(given =>
        {
            // Whether something is given, and not what: an option whose value is wrong has none.
            bool Has(Option option) => given.GetResult(option) is not null;
            var keyCount = given.GetResult(keys)?.Tokens.Count ?? 0;
            var ways = (keyCount > 0 ? 1 : 0) + (filters.AreIn(given) ? 1 : 0) + (Has(all) ? 1 : 0);
            if (ways == 0) given.AddError("'replay' requires keys, filters or --all");
            if (ways > 1) given.AddError("'replay' requires keys or filters or --all, one of them");
            if (Has(unknown) && Has(delivered)) given.AddError("one --confirm-… only");
            if (ways != 1 || keyCount == 1 && !Has(rate) && !Has(canary)) return;
            foreach (var confirm in ((Option[])[unknown, delivered]).Where(Has)) given.AddError($"{confirm.Name} goes with one key alone");
        });
        dlq.Add(replay, (session, given) => new ReplayCommand(session, new ReplayOrder(
            given.GetValue(keys) ?? [], filters.Of(given), given.GetValue(rate), given.GetValue(canary), given.GetValue(yes),
            given.GetValue(unknown) ? "unknown" : given.GetValue(delivered) ? "delivered" : null)).RunAsync());
    }

    Task<int> RunAsync() => order.IsSingle ? RetryAsync(order.Keys[0]) : ReplayManyAsync();

    async Task<int> RetryAsync(string key)
    {
        var received = await api.PostAsync(
            $"/dlq/retry/{Uri.EscapeDataString(key)}{(order.Confirm is { } confirm ? $"?confirm={confirm}" : "")}", null);
        if (!received.IsServed(terminal, out var answer))
        {
            // 502: it was tried, and the letter is still there.
            return answer is { Status: 502, IsExplained: true } ? ExitCode.SomeLeft : ExitCode.NotServed;
        }

        if (session.Json) terminal.WriteJson(answer.Body);
        else terminal.Output.WriteLine(LogText.Clean(answer.Read<RetryDeadLetterEndpoint.RetryAnswer>().Message, 300));
        return answer.Status == 200 ? ExitCode.Done : ExitCode.SomeLeft;
    }

    async Task<int> ReplayManyAsync()
    {
        if (!order.Yes && !terminal.CanAsk)
        {
            await terminal.Error.WriteLineAsync("nobody can be asked here: --yes starts without asking");
            return ExitCode.WrongArguments;
        }

        var keys = order.Keys.Count > 0 ? order.Keys : null;
        var filter = keys is null ? order.Filter.ToDictionary(StringComparer.Ordinal) : null;
        var planned = await api.PostAsync("/dlq/replays", new { filter, keys, rate = order.Rate, canary = order.Canary });
        if (!planned.IsServed(terminal, out var answer)) return ExitCode.NotServed;
        var plan = answer.Read<ReplayJobView>();
        // With --json the output is the server's alone; who is asked still sees the plan.
        var told = session.Json ? terminal.Error : terminal.Output;
        if (!session.Json || !order.Yes) foreach (var line in ReplayLines.OfPlan(plan)) await told.WriteLineAsync(line);
        if (plan.Plan.Count == 0 || !(order.Yes || Agrees()))
        {
            await api.PostAsync($"{PathOf(plan)}/cancel", null);
            if (session.Json) terminal.WriteJson(answer.Body);
            return plan.Plan is { Count: 0, Unknown: 0 } ? ExitCode.Done : ExitCode.SomeLeft;
        }

        if (!(await api.PostAsync($"{PathOf(plan)}/start", null)).IsServed(terminal, out answer)) return ExitCode.NotServed;
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
        if (!session.Json)
            terminal.Output.WriteLine($"Job {LogText.Clean(plan.Id, 80)} is started; it goes on when this command is stopped.");
        var end = await JobProgress.ShowAsync(terminal, session.Json, show => FollowToItsEndAsync(plan, answer, show));
        if (!end.IsServed(terminal, out answer)) return ExitCode.NotServed;
        var job = answer.Read<ReplayJobView>();
        if (session.Json) terminal.WriteJson(answer.Body);
        else terminal.WriteLines(ReplayLines.OfEnd(job));
        return job is { State: "finished", Progress: { Failed: 0, Skipped: 0, Left: 0 }, Plan.Unknown: 0 }
            ? ExitCode.Done
            : ExitCode.SomeLeft;
    }

    async Task<LanguageExt.Either<string, ApiAnswer>> FollowToItsEndAsync(ReplayJobView plan, ApiAnswer answer, Action<ReplayJobView> show)
    {
        for (var lost = 0; ;)
        {
            var job = answer.Read<ReplayJobView>();
            show(job);
            if (HasEnded(job)) return answer;
            await session.Second();
            var look = await api.GetAsync(PathOf(plan));
            lost = look.Match(found => found.Status >= 500, _ => true) ? lost + 1 : 0;
            if (lost is > 0 and < LostLooks) continue;
            if (look.Match(found => found.Error is not null, _ => true)) return look;
            answer = look.Match(found => found, _ => answer);
        }
    }

    static bool HasEnded(ReplayJobView job) => job.EndedAt is not null || job.State is "stopped" or "finished" or "cancelled";
}
