using System.Collections;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Kafka;
using LanguageExt;

namespace Hobom.Slices.Host;

/// <summary>From the environment and the working folder's <c>.env</c> to settings, or to every problem at once.</summary>
static class Startup
{
    public static Either<SettingProblems, Settings> ReadSettings()
    {
        if (!ReadFile().Succeeded(out var file, out var problems)) return problems;
        var read = Settings.Read(DotEnv.Overlay(file, RealEnvironment()));
        if (!read.Succeeded(out var settings, out _)) return read;
        string[] refused = [.. KafkaSettingsCheck.Problems(settings.Kafka).Select(p => p.ToString())];
        return refused.Length == 0 ? read : new SettingProblems(refused);
    }

    static Either<SettingProblems, IReadOnlyDictionary<string, string>> ReadFile()
    {
        try
        {
            return File.Exists(".env")
                ? DotEnv.Parse(File.ReadAllText(".env"))
                : new Dictionary<string, string>(StringComparer.Ordinal);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new SettingProblems([$".env cannot be read: {unreadable.Message}"]);
        }
    }

    static Dictionary<string, string> RealEnvironment() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
}
