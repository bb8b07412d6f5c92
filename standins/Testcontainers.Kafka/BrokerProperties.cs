using System.Collections.Immutable;

namespace Testcontainers.Kafka;

/// <summary>Tells broker properties from process variables, as Kafka's images do.</summary>
internal static class BrokerProperties
{
    private const string Prefix = "KAFKA_";

    public static ImmutableDictionary<string, string> In(ImmutableDictionary<string, string> environment) =>
        environment
            .Where(pair => IsProperty(pair.Key))
            .ToImmutableDictionary(pair => NameOf(pair.Key), pair => pair.Value);

    public static ImmutableDictionary<string, string> VariablesIn(ImmutableDictionary<string, string> environment) =>
        environment.Where(pair => !IsProperty(pair.Key)).ToImmutableDictionary();

    private static bool IsProperty(string variable) =>
        variable.StartsWith(Prefix, StringComparison.Ordinal) && !variable.EndsWith("_OPTS", StringComparison.Ordinal);

    // In the images' names ___ is a dash, __ an underscore and _ a dot.
    private static string NameOf(string variable) =>
        variable[Prefix.Length..]
            .ToLowerInvariant()
            .Replace("___", "-", StringComparison.Ordinal)
            .Replace("__", "\0", StringComparison.Ordinal)
            .Replace('_', '.')
            .Replace('\0', '_');
}
