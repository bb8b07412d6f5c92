using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Hobom.Slices.Host.CommandLine;
using Hobom.Slices.Http;

namespace Hobom.Slices.Host.Access;

/// <summary><c>hobom keys new</c>: makes a key, shows it once, and its entry for the keys file.</summary>
static class KeysCommand
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Build(CommandTools tools)
    {
        var name = Options.Text("--name", "NAME", "Who it is for: letters, digits, - and ., 64 at most");
        name.Required = true;
        name.Validators.Add(given =>
        {
            if (given.Tokens.Any(t => !NamedKey.IsId(t.Value) || t.Value is CallerKeys.Internal or CallerKeys.Anonymous))
                given.AddError("--name requires letters, digits, - and ., 64 at most");
        });
        var roles = new Option<string[]>("--role")
        {
            Description = "What it may do; several may be given", Required = true, AllowMultipleArgumentsPerToken = true,
        };
        roles.AcceptOnlyFromAmong([.. Role.All]);
        var expires = new Option<DateTimeOffset?>("--expires")
        {
            Description = "When it ends, such as 2027-01-01 or 2027-01-01T12:00:00Z; never where it is not given",
            HelpName = "TIME",
            CustomParser = given =>
            {
                if (KeysFileText.TryParseTime(given.Tokens[0].Value, out var time)) return time.ToUniversalTime();
                given.AddError("--expires requires a time such as 2027-01-01 or 2027-01-01T12:00:00Z");
                return null;
            },
        };
        var make = new Command("new", "Makes a key for a person or a script") { name, roles, expires };
        make.SetAction(given => Print(
            given.GetRequiredValue(name), [.. given.GetRequiredValue(roles).Distinct(StringComparer.Ordinal)], given.GetValue(expires),
            tools.Terminal.Output));
        return new Command("keys", "The keys of the API's callers") { make };
    }

    static void Print(string name, string[] roles, DateTimeOffset? expires, TextWriter output)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5));
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var key = $"{NamedKey.Prefix}{id}_{secret}";
        var entry = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["id"] = id, ["name"] = name, ["roles"] = roles, ["sha256"] = Convert.ToHexStringLower(KeyRing.Digest(key)),
        };
        if (expires is { } end) entry["expires"] = end.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        output.WriteLine("The key, shown this once; callers send it as x-api-key:");
        output.WriteLine(key);
        output.WriteLine();
        output.WriteLine($"""Its entry for the "keys" array of the file that {KeysFile.Variable} names:""");
        output.WriteLine(JsonSerializer.Serialize(entry, Indented));
    }
}
