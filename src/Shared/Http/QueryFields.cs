using System.Globalization;
using Hobom.Slices.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Hobom.Slices.Http;

/// <summary>Reads query parameters one by one and remembers the first that is wrong.</summary>
public sealed class QueryFields(IQueryCollection query)
{
    const int TextLimit = 200;
    const int OtherLimit = 50;

    readonly HashSet<string> asked = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A choice that came in a body, read as the list's parameters are; what is null was not given.</summary>
    public static QueryFields Of(params IEnumerable<(string Name, string? Value)> given) => new(new QueryCollection(
        given.Where(f => f.Value is not null).ToDictionary(f => f.Name, f => new StringValues(f.Value), StringComparer.Ordinal)));

    /// <summary>Null where all that was read is well-formed.</summary>
    public ErrorAnswer? Fault { get; private set; }

    public bool HasAny(params IReadOnlyList<string> names) => names.Any(query.ContainsKey);

    public string? Text(string name)
    {
        var text = Raw(name);
        if (text.Length <= TextLimit) return text.Length == 0 ? null : text;
        return Refuse<string>(name, $"is longer than {TextLimit} characters");
    }

    /// <summary>As long as a letter's key may be.</summary>
    public string? Key(string name)
    {
        var text = Raw(name);
        return text.Length == 0 ? null
            : text.Length <= DeadLetterKey.IdByteLimit + 64 ? text
            : Refuse<string>(name, "is longer than a key can be");
    }

    public int Number(string name, int usual, int most) => Number(name, most) ?? usual;

    /// <returns>Null where it is not given.</returns>
    public int? Number(string name, int most) =>
        Text(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number
        : Refuse<int?>(name, $"must be a number from 1 to {most}");

    public TimeSpan? Duration(string name) =>
        Text(name) is not { } text ? null
        : Durations.Parse(text) is { } duration ? duration
        : Refuse<TimeSpan?>(name, "must be a duration: 90s, 30m, 12h or 3d");

    public Category? Category(string name) =>
        Text(name) is not { } text ? null
        : Core.Category.IsWellFormed(text) ? new Category(text)
        : Refuse<Category?>(name, "must be a category: menu, log, space, space-log, law or another's name");

    public T? OneOf<T>(string name)
        where T : struct, Enum =>
        Text(name) is not { } text ? null
        : Enum.GetValues<T>().Cast<T?>()
            .FirstOrDefault(v => v.ToString()!.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } value ? value
        : Refuse<T?>(name, $"must be one of {string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()))}");

    /// <summary>A value of another form.</summary>
    /// <param name="parse">Null where the text does not have it.</param>
    /// <param name="fault">What is said of such a text, after the parameter's name.</param>
    public T? Parsed<T>(string name, int lengthLimit, Func<string, T?> parse, string fault)
        where T : struct
    {
        var text = Raw(name);
        return text.Length == 0 ? null
            : text.Length <= lengthLimit && parse(text) is { } value ? value
            : Refuse<T?>(name, fault);
    }

    /// <summary>
    /// To be called last. A parameter that nothing has asked for is a fault too: most likely it is misspelt, and without it
    /// all would match.
    /// </summary>
    public ErrorAnswer? End()
    {
        if (query.Keys.FirstOrDefault(name => !asked.Contains(name)) is { } other)
            Refuse<string>(other.Length <= OtherLimit ? other : other[..OtherLimit] + "…", "is no parameter of this list");
        return Fault;
    }

    public T? Refuse<T>(string name, string what)
    {
        Fault ??= new ErrorAnswer($"{name} {what}") { Field = name };
        return default;
    }

    string Raw(string name)
    {
        asked.Add(name);
        return query[name].ToString();
    }
}
