using System.CommandLine;
using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.Host.Access;
using Hobom.Slices.Host.Verify;
using Hobom.Slices.Runtime.Kafka;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;

namespace Hobom.Slices.Host.CommandLine;

/// <summary><c>hobom verify</c>: reads topics back and compares them with what was published.</summary>
static class VerifyCommand
{
    /// <summary>So long after its publish a position is surely written.</summary>
    static readonly TimeSpan Settling = TimeSpan.FromMinutes(1);

    const int DialRounds = 3;

    static readonly JsonSerializerOptions Written = new(JsonSerializerOptions.Web) { WriteIndented = true };

    /// <param name="read">The processor's own settings, from environment and .env.</param>
    public static Command Build(CommandTools tools, Func<Either<SettingProblems, Settings>> read)
    {
        var (from, to) = (Time("--from", "The first time"), Time("--to", "The last time; a minute ago where it is not given"));
        from.Required = true;
        var flow = Options.Text("--flow", "NAME", "Only the topic of this flow, with all that write to it");
        var json = Options.Flag("--json", "The report as JSON");
        var verify = new Command("verify", """
            Reads topics back and compares them with the positions that were kept at delivery: what is lost, doubled or
            foreign, and how much of it could be compared. Asks Kafka and Redis with the processor's own settings; changes
            nothing. TIME is such as 2027-01-01T12:00:00Z, or 24h for so long ago.

            Exit code: 0 nothing found, 1 something is lost, doubled or foreign, 2 wrong arguments or settings, 3 Kafka or
            Redis could not be read.
            """) { from, to, flow, json };
        verify.SetAction(async (given, _) =>
        {
            var clock = TimeProvider.System;
            var now = clock.GetUtcNow();
            // What is published while it compares is not compared.
            var last = given.GetValue(to)?.At(now) is { } wanted ? (wanted < now ? wanted : now) : now - Settling;
            var first = given.GetRequiredValue(from)!.At(now);
            if (first >= last) return Refuse(tools, "--from is not before --to");
            if (!read().TryGetRight(out var settings, out var problems)) return Refuse(tools, [.. problems.Lines]);
            var flows = Flows.ToKafka(settings).ToList();
            if (given.GetValue(flow) is { } name)
            {
                if (flows.Find(f => f.Name == name) is not { } one)
                    return Refuse(tools, $"--flow: there are {string.Join(", ", flows.Select(f => f.Name))}");
                flows = flows.FindAll(f => f.Route.Topic == one.Route.Topic);
            }

            // Nobody waits for the one answer or the other: it may take its time.
            await using var redis = new RedisConnection(
                settings.Redis, clock, NullLogger<RedisConnection>.Instance, TimeSpan.FromSeconds(20));
            var positions = new KeptPositions(redis, settings.PositionRetention, clock);
            var ledgers = new RedisLedgerStore(redis, positions, clock, NullLogger<RedisLedgerStore>.Instance);
            var result = await ShowProgressAsync(tools.Terminal, given.GetValue(json), progress => VerifyAsync(
                new TopicVerifier(positions, ledgers, new TopicScan(settings.Kafka), progress), flows, first, last));
            if (!result.TryGetRight(out var report, out var failure))
            {
                tools.Terminal.Error.WriteLine(LogText.Clean(failure.Message, 1000));
                return ExitCode.NotServed;
            }

            if (given.GetValue(json)) tools.Terminal.WriteJson(JsonSerializer.Serialize(report, Written));
            else Show(tools.Terminal, report);
            return report.Topics.All(t => t.IsClean) ? ExitCode.Done : ExitCode.SomeLeft;
        });
        return verify;
    }

    static async Task<Either<StoreFailure, VerifyReport>> VerifyAsync(
        TopicVerifier verifier, IReadOnlyList<VerifiedFlow> flows, DateTimeOffset from, DateTimeOffset to)
    {
        var topics = new List<VerifiedTopic>();
        foreach (var topic in flows.GroupBy(f => f.Route.Topic))
        {
            var read = await verifier.VerifyAsync(topic.Key, [.. topic], from, to);
            // The first dial of a process can be late; nothing has been read then.
            for (var round = 1; read.IsLeft && topics.Count == 0 && round < DialRounds; round++)
                read = await verifier.VerifyAsync(topic.Key, [.. topic], from, to);
            if (!read.TryGetRight(out var verified, out var failure)) return failure;
            topics.Add(verified);
        }

        return new VerifyReport(from, to, topics);
    }

    static Task<T> ShowProgressAsync<T>(Terminal terminal, bool quiet, Func<Action<string, double>, Task<T>> work)
    {
        if (quiet || !terminal.IsScreen) return work((_, _) => { });
        return terminal.Screen.Progress().HideCompleted(true)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(context =>
            {
                var bars = new Dictionary<string, ProgressTask>(StringComparer.Ordinal);
                return work((topic, share) =>
                {
                    if (!bars.TryGetValue(topic, out var bar)) bars[topic] = bar = context.AddTask(Markup.Escape(topic));
                    bar.Value = share * bar.MaxValue;
                });
            });
    }

    static void Show(Terminal terminal, VerifyReport report)
    {
        terminal.Output.WriteLine($"from {LetterTables.Time(report.From)} to {LetterTables.Time(report.To)}");
        terminal.WriteTable(
            ["TOPIC", "FLOWS", "RECORDS", "PUBLISHED", "COMPARED", "LOST", "DOUBLED", "FOREIGN"],
            report.Topics.Select(t => (string[])
            [
                t.Topic, string.Join(' ', t.Flows), $"{t.Records}", $"{t.Coverage.Events}", $"{t.Coverage.Compared}", $"{t.Lost}",
                $"{t.Doubled}", $"{t.Foreign}",
            ]));
        foreach (var topic in report.Topics)
        {
            terminal.WriteLines(topic.Findings.Select(f => LogText.Clean(LineOf(f), 1500)));
            terminal.WriteLines(Uncompared(topic.Coverage).Select(line => $"{topic.Topic}: {line}"));
        }
    }

    static string LineOf(VerifyFinding f)
    {
        var place = $"{f.Topic} partition {f.Partition} offset {f.Offset}";
        return f.Kind switch
        {
            VerifyFinding.Lost => $"lost: {f.EventId}, published at {place}",
            VerifyFinding.Doubled =>
                $"doubled: {f.EventId}, again at {place}{(f.Flagged is true ? " (flagged possible-duplicate)" : "")}"
                + (f.FirstOffset is { } first ? $", kept at partition {f.FirstPartition} offset {first}" : ""),
            VerifyFinding.Foreign => $"foreign: {f.EventId ?? "a record without event id"}, at {place}",
            _ => throw new System.Diagnostics.UnreachableException($"no words for {f.Kind}"),
        };
    }

    static IEnumerable<string> Uncompared(VerifyCoverage coverage)
    {
        foreach (var gap in coverage.Gaps) yield return gap;
        if (coverage.NotKept > 0) yield return $"{coverage.NotKept} events were written while no positions were kept: not compared";
        if (coverage.TrimmedByTopic > 0)
            yield return $"{coverage.TrimmedByTopic} events: the topic keeps nothing any more from where they were";
        if (coverage.PlaceUnknown > 0) yield return $"{coverage.PlaceUnknown} events: published, and nobody knows where";
        if (coverage.UnderWay > 0) yield return $"{coverage.UnderWay} events are in the ledger: on their way, or in doubt";
    }

    static int Refuse(CommandTools tools, params IEnumerable<string> lines)
    {
        foreach (var line in lines) tools.Terminal.Error.WriteLine(LogText.Clean(line, 1000));
        return ExitCode.WrongArguments;
    }

    static System.CommandLine.Option<GivenTime?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = given =>
        {
            var text = given.Tokens[0].Value;
            if (Durations.Parse(text) is { } ago) return new GivenTime(null, ago);
            if (KeysFileText.TryParseTime(text, out var time)) return new GivenTime(time.ToUniversalTime(), default);
            given.AddError($"{name} wants a time such as 2027-01-01T12:00:00Z, or 24h for so long ago");
            return null;
        },
    };

    sealed record GivenTime(DateTimeOffset? Fixed, TimeSpan Ago)
    {
        public DateTimeOffset At(DateTimeOffset now) => Fixed ?? now - Ago;
    }
}
