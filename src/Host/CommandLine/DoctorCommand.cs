using System.CommandLine;
using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.Host.Doctor;
using LanguageExt;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Host.CommandLine;

/// <summary><c>hobom doctor</c>: a configuration against the neighbours that it names.</summary>
static class DoctorCommand
{
    static readonly JsonSerializerOptions Written = new(JsonSerializerOptions.Web) { WriteIndented = true };

    /// <param name="Ok">Nothing is wrong.</param>
    sealed record DoctorReport(bool Ok, IReadOnlyList<CheckResult> Checks);

    /// <param name="readAlone">Those of a broker that is to run alone, from environment and .env; none where the relay is to run.</param>
    /// <param name="read">The processor's own, likewise.</param>
    public static Command Build(
        CommandTools tools, Func<LanguageExt.Option<Either<SettingProblems, BrokerAloneSettings>>> readAlone,
        Func<Either<SettingProblems, Settings>> read)
    {
        var json = Options.Flag("--json", "The report as JSON");
        var doctor = new Command("doctor", """
            Checks the settings, from the environment and .env as the processor reads them, against the backends, Redis, Kafka
            and the broker's store: reachable, key accepted, topics, rights, policies, clocks, certificates. Publishes and marks
            nothing.

            Exit code: 0 all is well, 1 something is wrong, 2 wrong arguments.
            """) { json };
        doctor.SetAction(async (given, _) =>
        {
            var results = await ExamineAsync(readAlone(), read);
            var isWell = results.All(r => r.Ok);
            if (given.GetValue(json)) tools.Terminal.WriteJson(JsonSerializer.Serialize(new DoctorReport(isWell, results), Written));
            else tools.Terminal.WriteLines(results.Select(r => LogText.Clean(LineOf(r), 1500)));
            return isWell ? ExitCode.Done : ExitCode.SomeLeft;
        });
        return doctor;
    }

    /// <summary>What a processor reads, all of it.</summary>
    internal static async Task<IReadOnlyList<CheckResult>> ExamineAsync(
        LanguageExt.Option<Either<SettingProblems, BrokerAloneSettings>> asAlone, Func<Either<SettingProblems, Settings>> read)
    {
        if (asAlone.Case is Either<SettingProblems, BrokerAloneSettings> alone)
            return alone.TryGetRight(out var settled, out var faults)
                ? [CheckResult.Well("settings", "the broker alone"), await Examination.StoreAsync(settled.Broker)]
                : Wrong(faults);
        return read().TryGetRight(out var settings, out var problems)
            ? await new Examination(settings, NullLoggerFactory.Instance).RunAsync()
            : Wrong(problems);
    }

    static CheckResult[] Wrong(SettingProblems problems) =>
        [.. problems.Lines.Select(line => CheckResult.Wrong("settings", line, "see docs/OPERATING.md"))];

    static string LineOf(CheckResult result) =>
        result.Problem is { } problem ? $"WRONG {result.Check}: {problem.TrimEnd('.')}. To do: {result.Advice}"
        : $"ok    {result.Check}{(result.Note is { } note ? $" ({note})" : "")}";
}
