using System.Text.RegularExpressions;
using LanguageExt;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Hobom.Slices.Broker.Settings;

/// <summary>The section <c>event_broker</c> of a YAML file, flat: <c>retry_policy.max_retries</c>.</summary>
static partial class SettingsFile
{
    const string Section = "event_broker";

    /// <summary>Left says what is wrong and where.</summary>
    public static Either<string, IReadOnlyDictionary<string, string>> Read(string path, IReadOnlyDictionary<string, string> environment)
    {
        try
        {
            var yaml = new YamlStream();
            using var reader = File.OpenText(path);
            yaml.Load(reader);
            if (yaml.Documents is not [{ RootNode: YamlMappingNode root }] || !root.Children.TryGetValue(Section, out var section))
                return new Dictionary<string, string>();
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            var problem = Flatten("", section, environment, values);
            return problem is null ? values : $"{path}: {problem}";
        }
        catch (Exception unreadable) when (unreadable is YamlException or IOException or UnauthorizedAccessException)
        {
            return $"{path}: {unreadable.Message}";
        }
    }

    static string? Flatten(string prefix, YamlNode node, IReadOnlyDictionary<string, string> environment, Dictionary<string, string> values)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                return mapping.Children
                    .Select(
                        child => Flatten(prefix.Length == 0 ? $"{child.Key}" : $"{prefix}.{child.Key}", child.Value, environment, values))
                    .FirstOrDefault(problem => problem is not null);
            case YamlScalarNode scalar:
                var text = scalar.Value ?? "";
                if (Variable().Matches(text).FirstOrDefault(m => !environment.ContainsKey(m.Groups["name"].Value)) is { } missing)
                    return $"{Section}.{prefix} names the variable {missing.Groups["name"].Value}, which is not set";
                values[prefix] = Variable().Replace(text, m => environment[m.Groups["name"].Value]);
                return null;
            case YamlSequenceNode sequence:
                return Flatten(prefix, new YamlScalarNode(string.Join(',', sequence.Children.Select(c => $"{c}"))), environment, values);
            default:
                return $"{Section}.{prefix} at line {node.Start.Line} is no value";
        }
    }

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}
