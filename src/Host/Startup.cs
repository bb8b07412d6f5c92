using System.Collections;
using System.Text;
using LanguageExt;

namespace Hobom.Slices.Host;

/// <summary>From the environment and the working folder's <c>.env</c> to settings, or to every problem at once.</summary>
static class Startup
{
    public static Either<SettingProblems, Settings> ReadSettings() => Read(ReadFile(), RealEnvironment());

    /// <summary>Both together; none where the file has a problem, which <see cref="ReadSettings"/> tells.</summary>
    public static IReadOnlyDictionary<string, string> Variables() =>
        ReadFile() is { Problems.Count: 0 } file ? DotEnv.Overlay(file.Values, RealEnvironment()) : new Dictionary<string, string>();

    /// <summary>For a command that asks a running processor: a file that has become faulty since shall not hide its environment.</summary>
    public static IReadOnlyDictionary<string, string> ReadableVariables() => DotEnv.Overlay(ReadFile().Values, RealEnvironment());

    /// <summary>A line of the file that cannot be read is told once: not again as a variable that is not set.</summary>
    internal static Either<SettingProblems, Settings> Read(DotEnvReading file, IReadOnlyDictionary<string, string> environment)
    {
        var read = Settings.Read(DotEnv.Overlay(file.Values, environment));
        if (file.Problems.Count == 0) return read;
        var others = read.Match(_ => [], problems => problems.Lines);
        return new SettingProblems([.. file.Problems, .. others.Where(line => !file.Unread.Contains(VariableOf(line)))]);
    }

    static string VariableOf(string problem) => problem.Split(' ', ':')[0];

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
