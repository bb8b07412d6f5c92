using Hobom.Slices.Broker.Sources;

namespace Hobom.Slices.Broker.Settings;

/// <summary>
/// The named sources: <c>sources.&lt;name&gt;.scheme</c>, <c>.secrets</c>, <c>.type_prefix</c> and <c>.tolerance</c>; in the
/// environment <c>HOBOM_BROKER_SOURCES_&lt;NAME&gt;_SCHEME</c> and so on.
/// </summary>
static class SourceSettings
{
    public const string Prefix = "sources.";

    const string VariablePrefix = "HOBOM_BROKER_SOURCES_";

    const string SecretPrefix = "whsec_";

    static readonly string[] Fields = ["scheme", "secrets", "type_prefix", "tolerance"];

    /// <summary>What the environment says of sources, under the settings' own names.</summary>
    public static IEnumerable<(string Name, string Variable, string Value)> In(IReadOnlyDictionary<string, string> environment) =>
        from variable in environment
        where variable.Key.StartsWith(VariablePrefix, StringComparison.Ordinal) && variable.Value.Trim().Length > 0
        let field = Fields.FirstOrDefault(f => variable.Key.EndsWith($"_{f.ToUpperInvariant()}", StringComparison.Ordinal))
        where field is not null && variable.Key.Length > VariablePrefix.Length + field.Length + 1
        let name = variable.Key[VariablePrefix.Length..^(field.Length + 1)].ToLowerInvariant().Replace('_', '-')
        select ($"{Prefix}{name}.{field}", variable.Key, variable.Value.Trim());

    public static bool IsOne(string setting) =>
        setting.StartsWith(Prefix, StringComparison.Ordinal) && setting.Split('.') is [_, { Length: > 0 }, var field]
        && Fields.Contains(field);

    public static IReadOnlyList<EventSource> Read(SettingValues read, IEnumerable<string> settings) =>
    [
        .. settings.Where(IsOne).Select(s => s.Split('.')[1]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(name => ReadOne(read, name)),
    ];

    static EventSource ReadOne(SettingValues read, string name)
    {
        string Named(string field) => $"{Prefix}{name}.{field}";
        var scheme = read.Text(Named("scheme"), "standard") switch
        {
            "standard" => SignatureScheme.Standard,
            "github" => SignatureScheme.GitHub,
            "stripe" => SignatureScheme.Stripe,
            _ => Unknown(),
        };
        string[] secrets =
            [.. read.Text(Named("secrets"), "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        if (secrets.Length == 0) read.Refuse(Named("secrets"), "one secret, or more with commas between");
        else if (scheme is SignatureScheme.Standard && !secrets.All(IsStandard))
            read.Refuse(Named("secrets"), "whsec_ and 24 to 64 bytes in base64");
        return new EventSource(
            name, scheme, secrets, read.Text(Named("type_prefix"), name),
            read.Duration(Named("tolerance"), TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)));

        SignatureScheme Unknown()
        {
            read.Refuse(Named("scheme"), "standard, github or stripe");
            return SignatureScheme.Standard;
        }
    }

    static bool IsStandard(string secret)
    {
        var buffer = new byte[128];
        return secret.StartsWith(SecretPrefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(secret[SecretPrefix.Length..], buffer, out var length) && length is >= 24 and <= 64;
    }
}
