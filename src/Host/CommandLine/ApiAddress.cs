using LanguageExt;

namespace Hobom.Slices.Host.CommandLine;

/// <summary>Which processor, and the key for it.</summary>
/// <param name="Root">With the base path, without a slash at its end.</param>
sealed record ApiAddress(Uri Root, string? Key)
{
    /// <returns>Left is the setting that is wrong; the key is not in it.</returns>
    public static Either<string, ApiAddress> Read(string? url, Func<string, string?> setting)
    {
        var given = url ?? NonEmpty(setting("HOBOM_API_URL")) ?? "http://127.0.0.1:8082";
        if (!Uri.TryCreate(given, UriKind.Absolute, out var at) || at.Scheme is not ("http" or "https")
            || (at.UserInfo + at.Query + at.Fragment).Length > 0)
            return "the URL (--url or HOBOM_API_URL) must be like http://127.0.0.1:8082";
        var key = NonEmpty(setting("HOBOM_API_KEY")) ?? NonEmpty(setting("HOBOM_INTERNAL_API_KEY"));
        if (key?.AsSpan().ContainsAnyExceptInRange('!', '~') is true)
            return "the key (HOBOM_API_KEY or HOBOM_INTERNAL_API_KEY) has a character that no key has";
        var root = at.ToString().TrimEnd('/');
        return new ApiAddress(new Uri(root.EndsWith(HttpApi.BasePath, StringComparison.Ordinal) ? root : root + HttpApi.BasePath), key);
    }

    static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
