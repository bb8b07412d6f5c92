namespace Hobom.Slices.Host;

/// <summary>What a <c>.env</c> file says.</summary>
/// <param name="Problems">One line per line that cannot be read; no value is repeated in it, for it may be a secret.</param>
/// <param name="Unread">
/// The names whose value is in doubt: nothing else is to be said of them. Empty for a line, or a whole file, whose names are in doubt too.
/// </param>
public sealed record DotEnvReading(
    IReadOnlyDictionary<string, string> Values, IReadOnlyList<string> Problems, IReadOnlySet<string> Unread)
{
    public static DotEnvReading Nothing { get; } =
        new(new Dictionary<string, string>(StringComparer.Ordinal), [], new HashSet<string>(StringComparer.Ordinal));

    public static DotEnvReading Failed(string problem) =>
        Nothing with { Problems = [problem], Unread = new HashSet<string>(StringComparer.Ordinal) { "" } };

    /// <summary>Whether it may say something of the variable that could not be read.</summary>
    public bool MayHave(string name) => Unread.Contains(name) || Unread.Contains("");
}

/// <summary>
/// A <c>.env</c> file: <c>NAME=value</c> a line, <c>#</c> comments, <c>export</c> and quotes allowed. Where shells and
/// other readers differ about what a line means, it is refused: a secret that was cut off would be told by nobody.
/// </summary>
public static class DotEnv
{
    public static DotEnvReading Parse(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var problems = new List<string>();
        var unread = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (at, raw) in text.TrimStart('\uFEFF').Split('\n').Index())
        {
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            if (line is ['e', 'x', 'p', 'o', 'r', 't', ' ' or '\t', .. var exported]) line = exported.TrimStart();
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? "" : line[..equals].TrimEnd();
            var read = IsName(name) ? DotEnvValue.Read(line[(equals + 1)..]) : DotEnvValue.NoName;
            if (read.Text is { } value) values[name] = value;
            else problems.Add($".env, line {at + 1}: {(read == DotEnvValue.NoName ? "" : $"{name} ")}{read.Fault}");
            if (read.Text is null) unread.Add(name);
        }

        return new DotEnvReading(values, problems, unread);
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
}
