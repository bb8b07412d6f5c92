using LanguageExt;

namespace Hobom.Slices.Host;

/// <summary>A <c>.env</c> file: <c>NAME=value</c> a line, <c>#</c> comments, <c>export</c> and quotes allowed.</summary>
public static class DotEnv
{
    /// <summary>Left has one line per line that cannot be read; no value is repeated in it, for it may be a secret.</summary>
    public static Either<SettingProblems, IReadOnlyDictionary<string, string>> Parse(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var problems = new List<string>();
        var lines = text.Split('\n');
        for (var at = 0; at < lines.Length; at++)
        {
            var line = lines[at].Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            if (line.StartsWith("export ", StringComparison.Ordinal)) line = line["export ".Length..].TrimStart();
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? "" : line[..equals].TrimEnd();
            if (!IsName(name)) problems.Add($".env, line {at + 1}: expected NAME=value");
            else if (ValueOf(line[(equals + 1)..].Trim()) is { } value) values[name] = value;
            else problems.Add($".env, line {at + 1}: the quotes of {name} are not closed");
        }

        if (problems.Count > 0) return new SettingProblems(problems);
        return values;
    }

    /// <summary>The real environment over the file's values.</summary>
    public static IReadOnlyDictionary<string, string> Overlay(
        IReadOnlyDictionary<string, string> file, IReadOnlyDictionary<string, string> environment)
    {
        var all = new Dictionary<string, string>(file, StringComparer.Ordinal);
        foreach (var (name, value) in environment) all[name] = value;
        return all;
    }

    static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    static string? ValueOf(string raw)
    {
        if (raw.Length > 0 && raw[0] is '"' or '\'')
        {
            var close = raw.IndexOf(raw[0], 1);
            return close < 0 ? null : raw[1..close];
        }

        var comment = raw.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? raw : raw[..comment].TrimEnd();
    }
}
