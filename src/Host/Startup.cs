using System.Collections;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Kafka;
using LanguageExt;

namespace Hobom.Slices.Host;

/// <summary>From the environment and the working folder's <c>.env</c> to settings, or to every problem at once.</summary>
static class Startup
{
    public static Either<IReadOnlyList<string>, Settings> ReadSettings()
    {
        if (!ReadFile().Succeeded(out var file, out var problems)) return Either<IReadOnlyList<string>, Settings>.Left(problems);
        var read = Settings.Read(DotEnv.Overlay(file, RealEnvironment()));
        if (!read.Succeeded(out var settings, out _)) return read;
        if (KafkaNative.Fault is { } missing) return Either<IReadOnlyList<string>, Settings>.Left([missing]);
        string[] refused = [.. KafkaSettingsCheck.Problems(settings.Kafka).Select(p => p.ToString())];
        return refused.Length == 0 ? read : Either<IReadOnlyList<string>, Settings>.Left(refused);
    }

    static Either<IReadOnlyList<string>, IReadOnlyDictionary<string, string>> ReadFile()
    {
        try
        {
            return File.Exists(".env")
                ? DotEnv.Parse(File.ReadAllText(".env"))
                : new Dictionary<string, string>(StringComparer.Ordinal);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return Either<IReadOnlyList<string>, IReadOnlyDictionary<string, string>>.Left([$".env cannot be read: {unreadable.Message}"]);
        }
    }

    static Dictionary<string, string> RealEnvironment() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
}
