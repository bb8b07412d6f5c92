using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Hobom.Slices.DeadLetters.Endpoints;

namespace Hobom.Slices.Host.Access;

/// <summary><c>hobom keys new</c>: makes a key, shows it once, and its entry for the keys file.</summary>
static class KeysCommand
{
    const string Usage = "usage: hobom keys new --name NAME --role reader|operator|editor|auditor... [--expires 2027-01-01]";

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <returns>The exit code: 0, or 2 with the reason on <paramref name="error"/>.</returns>
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        var (name, expires, roles) = ("", (DateTimeOffset?)null, new List<string>());
        if (args is not ["new", ..]) return Refuse("expected: keys new");
        for (var at = 1; at < args.Count; at++)
        {
            var value = at + 1 < args.Count ? args[at + 1] : "";
            switch (args[at])
            {
                case "--name" when NamedKey.IsId(value) && value is not (CallerKeys.Internal or CallerKeys.Anonymous):
                    name = value;
                    at++;
                    break;
                case "--name":
                    return Refuse("--name wants letters, digits, - and ., 64 at most");
                case "--role" when Role.All.Contains(value, StringComparer.Ordinal):
                    for (; at + 1 < args.Count && Role.All.Contains(args[at + 1], StringComparer.Ordinal); at++) roles.Add(args[at + 1]);
                    break;
                case "--role":
                    return Refuse($"--role wants one of {string.Join(", ", Role.All)}");
                case "--expires" when KeysFileText.TryParseTime(value, out var time):
                    expires = time.ToUniversalTime();
                    at++;
                    break;
                case "--expires":
                    return Refuse("--expires wants a time such as 2027-01-01 or 2027-01-01T12:00:00Z");
                default:
                    return Refuse($"unknown argument: {LogText.Clean(args[at], 40)}");
            }
        }

        if (name.Length == 0 || roles.Count == 0) return Refuse("--name and --role are needed");
        Print(name, [.. roles.Distinct(StringComparer.Ordinal)], expires, output);
        return 0;

        int Refuse(string why)
        {
            error.WriteLine(why);
            error.WriteLine(Usage);
            return 2;
        }
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
