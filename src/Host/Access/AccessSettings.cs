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

    internal static AccessSettings Read(SettingsReader read, ListenAddress http)
    {
        var path = read.Optional(KeysFile.Variable);
        var access = new AccessSettings
        {
            InternalKey = read.Optional(InternalKeyVariable),
            KeysPath = path,
            Keys = path is null ? null : LoadKeys(read, path),
            RatePerSecond = read.Whole("HOBOM_HTTP_RATE_PER_SECOND", 20, 1, 100_000),
        };
        if (!read.Flag(AnonymousVariable) && access.IsOpen && !http.IsLoopback)
            read.Add(
                $"{InternalKeyVariable} is not set, and HOBOM_HTTP_ADDR is open to other machines: set the key, or {KeysFile.Variable}, "
                + $"or {AnonymousVariable}=true where everyone may do everything, or listen at 127.0.0.1");
        return access;
    }

    static KeysReading? LoadKeys(SettingsReader read, string path)
    {
        if (KeysFile.Load(path).Succeeded(out var keys, out var fault)) return keys;
        read.Add($"{KeysFile.Variable}: {fault}");
        return null;
    }
}
