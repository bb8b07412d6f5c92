using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Hobom.Slices.Host.Guards;

/// <summary>What browsers and caches are told with every answer.</summary>
static partial class AnswerHeaders
{
    const string Page = "/swagger/index.html";

    /// <summary>An answer of the API is data: nothing in it may run, load or be framed.</summary>
    const string DataPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static Task AddAsync(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = DataPolicy;
        return http.Request.Path.Equals(Page, StringComparison.OrdinalIgnoreCase) ? SendPageAsync(http, next) : next(http);
    }

    /// <summary>The page that shows the API holds a script of its own: that one may run, known by its hash, and no other.</summary>
    static async Task SendPageAsync(HttpContext http, RequestDelegate next)
    {
        var answer = http.Response.Body;
        using var page = new MemoryStream();
        http.Response.Body = page;
        try
        {
            await next(http);
        }
        finally
        {
            http.Response.Body = answer;
        }

        http.Response.Headers.ContentSecurityPolicy = PagePolicy(Encoding.UTF8.GetString(page.GetBuffer(), 0, (int)page.Length));
        page.Position = 0;
        await page.CopyToAsync(answer, http.RequestAborted);
    }

    /// <summary>It loads from here only; it sets styles on elements, and its images are inline.</summary>
    static string PagePolicy(string page) =>
        "default-src 'none'; script-src "
        + $"'self'{string.Concat(InlineScript().Matches(page).Select(s => $" '{HashOf(s.Groups["code"].Value)}'"))}; "
        + "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    /// <summary>Of the script as a browser reads it, which knows one line end only.</summary>
    internal static string HashOf(string script) =>
        "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script.Replace("\r\n", "\n", StringComparison.Ordinal))));

    [GeneratedRegex("<script>(?<code>.*?)</script>", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex InlineScript();
}
