using Hobom.Slices.Core;

namespace Hobom.Slices.Host.Access;

/// <summary>Who may call the API, and how often.</summary>
public sealed record AccessSettings
{
    public const string InternalKeyVariable = "HOBOM_INTERNAL_API_KEY";
    public const string AnonymousVariable = "HOBOM_INTERNAL_API_ALLOW_ANONYMOUS";

    /// <summary>With all rights; null where none is set.</summary>
    internal string? InternalKey { get; init; }

    internal string? KeysPath { get; init; }

    /// <summary>As the file was at start-up.</summary>
    internal KeysReading? Keys { get; init; }

    /// <summary>Requests of one named key; twice as many at once.</summary>
    internal int RatePerSecond { get; init; } = 20;

    /// <summary>Nobody needs a key.</summary>
    internal bool IsOpen => InternalKey is null && KeysPath is null;

    /// <summary>Where nobody needs a key: from other machines too.</summary>
    internal bool AllowsAnonymous { get; init; }

    internal bool AnswersThisMachineOnly => IsOpen && !AllowsAnonymous;

    /// <summary>What the log is to say at the start; null where keys are wanted.</summary>
    internal string? Warning =>
        !IsOpen ? null
        : AllowsAnonymous
            ? $"the API is open to whoever can reach it: {AnonymousVariable} is true, and neither {InternalKeyVariable} nor "
                + $"{KeysFile.Variable} is set"
        : $"neither {InternalKeyVariable} nor {KeysFile.Variable} is set: the API answers this machine only, and others 403, but for "
            + $"/health and /health/ready; {InternalKeyVariable} opens it to callers with that key";

    internal static AccessSettings Read(SettingsReader read)
    {
        var path = read.Optional(KeysFile.Variable);
        return new AccessSettings
        {
            InternalKey = read.Optional(InternalKeyVariable),
            KeysPath = path,
            Keys = path is null ? null : LoadKeys(read, path),
            AllowsAnonymous = read.Flag(AnonymousVariable),
            RatePerSecond = read.Whole("HOBOM_HTTP_RATE_PER_SECOND", 20, 1, 100_000),
        };
    }

    static KeysReading? LoadKeys(SettingsReader read, string path)
    {
        if (KeysFile.Load(path).TryGetRight(out var keys, out var fault)) return keys;
        read.Add($"{KeysFile.Variable}: {fault}");
        return null;
    }
}
