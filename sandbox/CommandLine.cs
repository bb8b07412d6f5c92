namespace Hobom.Slices.Sandbox;

/// <summary>Arguments of the form <c>--name value</c>, and <c>--name</c> alone for the listed switches.</summary>
public sealed class CommandLine
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <exception cref="UsageException">An argument that is not known, or one without its value.</exception>
    public CommandLine(IReadOnlyList<string> arguments, IReadOnlyCollection<string> names, IReadOnlyCollection<string> switches)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (switches.Contains(name))
                _values[name] = "";
            else if (!names.Contains(name))
                throw new UsageException($"unknown argument: {name}");
            else if (++i == arguments.Count)
                throw new UsageException($"{name} requires a value");
            else
                _values[name] = arguments[i];
        }
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public string? Text(string name) => _values.GetValueOrDefault(name);

    public string Required(string name) => Text(name) ?? throw new UsageException($"{name} is missing");

    /// <exception cref="UsageException">Not a number above 0 and up to the limit.</exception>
    public double? Number(string name, double limit) =>
        Text(name) is not { } text ? null
        : double.TryParse(text, out var number) && number > 0 && number <= limit ? number
        : throw new UsageException($"{name} requires a number above 0 and up to {limit:0}, not '{text}'");

    /// <exception cref="UsageException">Not a port; 0 stands for a free one.</exception>
    public int Port(string name) =>
        Text(name) is not { } text ? 0
        : ushort.TryParse(text, out var port) ? port
        : throw new UsageException($"{name} requires a port, not '{text}'");
}

/// <summary>What the caller typed cannot be done; the message says why.</summary>
public sealed class UsageException(string message) : Exception(message);
