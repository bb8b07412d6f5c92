using System.Globalization;
using Hobom.Slices.Core;

namespace Hobom.Slices.Broker.Settings;

/// <summary>Values by name, and everything that is wrong with them. A bad value is told, never replaced.</summary>
/// <param name="values">Under the names of the YAML section, without <c>event_broker.</c>.</param>
/// <param name="origins">What to call a name in a problem: the variable, or the key in the file.</param>
sealed class SettingValues(IReadOnlyDictionary<string, string> values, IReadOnlyDictionary<string, string> origins)
{
    /// <summary>Before a setting's name, where it is told by its place in the file.</summary>
    public const string Section = "event_broker.";

    readonly List<string> problems = [];

    public IReadOnlyList<string> Problems => problems;

    public void Refuse(string name, string expected) =>
        problems.Add($"{origins.GetValueOrDefault(name, $"{Section}{name}")}{Shown(name)}: expected {expected}");

    public string Text(string name, string otherwise) => values.TryGetValue(name, out var value) && value.Length > 0 ? value : otherwise;

    public bool Flag(string name, bool otherwise)
    {
        if (!values.TryGetValue(name, out var value)) return otherwise;
        if (value is "true" or "false") return value is "true";
        Refuse(name, "true or false");
        return otherwise;
    }

    /// <summary>A word, in lower case; the first one where it is not set.</summary>
    public TWord OneOf<TWord>(string name)
        where TWord : struct, Enum
    {
        var words = Enum.GetValues<TWord>();
        if (!values.TryGetValue(name, out var value)) return words[0];
        var found = words.Cast<TWord?>().FirstOrDefault(
            w => string.Equals(w.ToString()!.ToLowerInvariant(), value, StringComparison.Ordinal));
        if (found is null) Refuse(name, string.Join(", ", words.Select(w => w.ToString().ToLowerInvariant())));
        return found ?? words[0];
    }

    public int Whole(string name, int otherwise, int least, int most)
    {
        if (!values.TryGetValue(name, out var value)) return otherwise;
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        Refuse(name, $"a whole number from {least} to {most}");
        return otherwise;
    }

    public double Number(string name, double otherwise, double least, double most)
    {
        if (!values.TryGetValue(name, out var value)) return otherwise;
        if (double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= least
            && number <= most)
            return number;
        Refuse(name, $"a number from {least} to {most}");
        return otherwise;
    }

    /// <summary>With its unit: a bare number meant nanoseconds to one predecessor and milliseconds to the other.</summary>
    public TimeSpan Duration(string name, TimeSpan otherwise, TimeSpan least, TimeSpan most)
    {
        if (!values.TryGetValue(name, out var value)) return otherwise;
        if (value.Length > 0 && !char.IsAsciiDigit(value[^1]) && Durations.Parse(value) is { } duration && duration >= least
            && duration <= most)
            return duration;
        Refuse(name, $"a duration with its unit, such as 5s or 500ms, from {Durations.Format(least)} to {Durations.Format(most)}");
        return otherwise;
    }

    /// <summary>The eleven settings of the integration contract say milliseconds in their names.</summary>
    public TimeSpan Milliseconds(string name, TimeSpan otherwise, int least) =>
        TimeSpan.FromMilliseconds(Whole(name, (int)otherwise.TotalMilliseconds, least, int.MaxValue));

    /// <summary>Not what may be a secret.</summary>
    string Shown(string name) => values.TryGetValue(name, out var value) && !IsSecret(name) ? $" is '{value}'" : "";

    /// <summary>Passwords, and addresses that may hold a login.</summary>
    static bool IsSecret(string name) =>
        name is "database.url" or "nats.url" or "redis.password" || name.EndsWith(".secrets", StringComparison.Ordinal);
}
