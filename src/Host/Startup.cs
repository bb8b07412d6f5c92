using System.Collections;
using System.Text;
using Hobom.Slices.Broker.Settings;
using LanguageExt;

namespace Hobom.Slices.Host;

/// <summary>From the environment and the working folder's <c>.env</c> to settings, or to every problem at once.</summary>
static class Startup
{
    public static Either<SettingProblems, Settings> ReadSettings() => Read(ReadFile(), RealEnvironment());

    /// <summary>What a broker reads that is to run alone, or every problem of that; none where the relay is to run.</summary>
    public static Option<Either<SettingProblems, BrokerAloneSettings>> ReadAlone() => ReadAlone(ReadFile(), RealEnvironment());

    /// <summary>For a command that asks a running processor: a file that has become faulty since shall not hide its environment.</summary>
    public static IReadOnlyDictionary<string, string> ReadableVariables() => DotEnv.Overlay(ReadFile().Values, RealEnvironment());

    internal static Either<SettingProblems, Settings> Read(DotEnvReading file, IReadOnlyDictionary<string, string> environment) =>
        Together(file, Settings.Read(DotEnv.Overlay(file.Values, environment)));

    /// <summary>
    /// Who is to run is told by what can be read. Where the line that would tell it may be one of those that cannot, nobody knows what
    /// else is missing, and the file's problems are all there is to say.
    /// </summary>
    internal static Option<Either<SettingProblems, BrokerAloneSettings>> ReadAlone(
        DotEnvReading file, IReadOnlyDictionary<string, string> environment)
    {
        var variables = DotEnv.Overlay(file.Values, environment);
        if (file.Unread.Contains(BackendSettings.MainVariable) || BrokerProcessor.HasRelay(variables)) return default;
        var alone = BrokerProcessor.SettingsAlone(variables);
        return alone.IsNone && BrokerSettingsReader.SwitchVariables.Any(file.MayHave)
            ? Either<SettingProblems, BrokerAloneSettings>.Left(new SettingProblems(file.Problems))
            : alone.Map(read => Together(file, read));
    }

    /// <summary>A line of the file that cannot be read is told once: not again as a variable that is not set.</summary>
    static Either<SettingProblems, TSettings> Together<TSettings>(DotEnvReading file, Either<SettingProblems, TSettings> read)
    {
        if (file.Problems.Count == 0) return read;
        var others = read.Match(_ => [], problems => problems.Lines);
        return new SettingProblems([.. file.Problems, .. others.Where(line => !file.Unread.Contains(VariableOf(line)))]);
    }

    /// <summary>Which variable a line speaks of; of a setting of the broker's that is not there, the one that would be it.</summary>
    static string VariableOf(string problem)
    {
        var name = problem.Split(' ', ':')[0];
        return BrokerSettingsReader.VariableOf(name) ?? name;
    }

    static DotEnvReading ReadFile()
    {
        try
        {
            // Text in another encoding would become another secret without a word.
            return File.Exists(".env") ? DotEnv.Parse(File.ReadAllText(".env", new UTF8Encoding(false, true))) : DotEnvReading.Nothing;
        }
        catch (DecoderFallbackException)
        {
            return DotEnvReading.Failed(".env is not UTF-8");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return DotEnvReading.Failed($".env cannot be read: {unreadable.Message}");
        }
    }

    static Dictionary<string, string> RealEnvironment() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
}
