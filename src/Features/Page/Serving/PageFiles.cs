using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Hobom.Slices.Page.Serving;

/// <summary>
/// All files of the page, read from this assembly. Their paths hold a version made of all of them: what a browser keeps is
/// never of another build than the page that asks for it.
/// </summary>
public sealed partial class PageFiles
{
    const string Index = "index.html";
    const string VersionMark = "{version}";

    readonly Dictionary<string, PageFile> byName;

    PageFiles(IReadOnlyDictionary<string, byte[]> contents)
    {
        byName = contents.ToDictionary(
            c => c.Key, c => new PageFile(c.Key, Path.GetExtension(c.Key) == ".js" ? WithoutComments(c.Value) : c.Value),
            StringComparer.Ordinal);
        var all = string.Concat(byName.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Key + f.Value.Hash));
        Version = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)).AsSpan(0, 6));
        var written = Encoding.UTF8.GetString(contents[Index]).Replace(VersionMark, Version, StringComparison.Ordinal);
        Page = new PageFile(Index, Encoding.UTF8.GetBytes(written));
    }

    /// <summary>What <c>/</c> answers.</summary>
    public PageFile Page { get; }

    public string Version { get; }

    public IEnumerable<PageFile> All => byName.Values.Where(f => f.Name != Index).Append(Page);

    public static PageFiles Read() => new(typeof(PageFiles).Assembly.GetManifestResourceNames().ToDictionary(n => n, ContentOf));

    /// <summary>Null where there is none of that name, or it is asked for by the page of another build.</summary>
    public PageFile? Find(string version, string name) => version == Version && name != Index ? byName.GetValueOrDefault(name) : null;

    /// <summary>They are for those who read the source. Their lines stay, empty: an error names a line of the source.</summary>
    static byte[] WithoutComments(byte[] source) => Encoding.UTF8.GetBytes(
        Comments().Replace(Encoding.UTF8.GetString(source), comment => new string('\n', comment.Value.Count(c => c == '\n'))));

    static byte[] ContentOf(string name)
    {
        using var resource = typeof(PageFiles).Assembly.GetManifestResourceStream(name)!;
        using var content = new MemoryStream();
        resource.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>What has its lines for itself.</summary>
    [GeneratedRegex(
        @"^ *(//[^\n]*|/\*[^*]*\*+([^/*][^*]*\*+)*/)$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Comments();
}
