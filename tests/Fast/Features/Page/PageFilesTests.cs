using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hobom.Slices.Page.Serving;

namespace Hobom.Slices.Tests.Fast.Features.Page;

public sealed partial class PageFilesTests
{
    const int ByteLimit = 200_000;
    const int PackedByteLimit = 150_000;

    static readonly PageFiles Files = PageFiles.Read();

    /// <summary>A browser loads one language: all files count, and of the two files of words the larger one.</summary>
    [Fact]
    public void All_that_one_browser_needs_is_small()
    {
        var words = Files.All.Where(f => f.Name.EndsWith(".json", StringComparison.Ordinal)).ToList();
        Assert.Equal(["en.json", "ko.json"], words.Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.InRange(Files.All.Except(words).Sum(f => f.Content.Length) + words.Max(f => f.Content.Length), 1, ByteLimit);
        Assert.InRange(Files.All.Sum(f => f.PackedFor("gzip, br").Bytes.Length), 1, PackedByteLimit / 2);
    }

    [Fact]
    public void A_module_is_its_source_line_for_line_without_the_comments() => Assert.All(
        Files.All.Where(f => f.Name.EndsWith(".js", StringComparison.Ordinal)),
        f =>
        {
            var (source, given) = (SourceOf(f).Split('\n'), TextOf(f).Split('\n'));
            Assert.Equal(source.Length, given.Length);
            foreach (var n in Enumerable.Range(0, source.Length).Where(n => source[n] != given[n]))
            {
                Assert.Equal("", given[n]);
                Assert.Matches(@"^\s*(//|/\*\*|\*)", source[n]);
            }

            Assert.All(given, line => Assert.DoesNotMatch(@"^\s*(//|/\*|\*)", line));
        });

    /// <summary>A line of it that looks like a comment would be taken for one.</summary>
    [Fact]
    public void No_text_of_a_module_goes_over_the_end_of_its_line() => Assert.All(
        Files.All.Where(f => f.Name.EndsWith(".js", StringComparison.Ordinal)).SelectMany(f => TextOf(f).Split('\n')),
        line => Assert.Equal(0, line.Count(c => c == '`') % 2));

    [Fact]
    public void Nothing_is_asked_of_any_other_place() => Assert.All(
        Files.All, f => Assert.DoesNotMatch(@"(https?:)?//(?!www\.w3\.org/)[a-z0-9-]+\.[a-z]", TextOf(f)));

    [Fact]
    public void No_file_has_a_way_to_make_markup_or_code_of_a_text() => Assert.All(
        Files.All.Where(f => f.Name.EndsWith(".js", StringComparison.Ordinal)),
        f => Assert.DoesNotMatch(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser", TextOf(f)));

    [Fact]
    public void The_page_holds_no_script_and_no_style_of_its_own_and_names_every_module()
    {
        var page = TextOf(Files.Page);
        Assert.DoesNotMatch(@"<style|style=|<script(?! type=""module"" src=)| on\w+=", page);
        Assert.All(
            Files.All.Where(f => f.Name.EndsWith(".js", StringComparison.Ordinal)),
            f => Assert.Contains($"\"/page/{Files.Version}/{f.Name}\"", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Both_languages_say_the_same_with_the_same_values()
    {
        var (english, korean) = (Words("en.json"), Words("ko.json"));
        Assert.Equal(english.Keys.Order(StringComparer.Ordinal), korean.Keys.Order(StringComparer.Ordinal));
        Assert.All(english.Keys, key => Assert.Equal(MarksIn(english[key]), MarksIn(korean[key])));
        Assert.All(korean.Values, v => Assert.NotEqual("", v.ToString()));
    }

    [Fact]
    public void Every_text_that_a_module_asks_for_is_there()
    {
        var known = Words("en.json").Keys.ToHashSet(StringComparer.Ordinal);
        Assert.All(
            Files.All.Where(f => f.Name.EndsWith(".js", StringComparison.Ordinal)).SelectMany(f => AskedFor().Matches(TextOf(f)))
                .Select(m => m.Groups["key"].Value),
            key => Assert.Contains(key, known));
    }

    [Fact]
    public void A_file_is_found_under_this_builds_version_only()
    {
        Assert.Equal("app.js", Files.Find(Files.Version, "app.js")?.Name);
        Assert.Null(Files.Find("0", "app.js"));
        Assert.Null(Files.Find(Files.Version, "none.js"));
        Assert.Null(Files.Find(Files.Version, "index.html"));
    }

    [Theory]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip")]
    [InlineData("identity", null)]
    [InlineData("", null)]
    public void It_is_packed_as_the_browser_reads_it(string accepted, string? encoding) =>
        Assert.Equal(encoding, Files.Page.PackedFor(accepted).Encoding);

    static Dictionary<string, JsonElement> Words(string name) =>
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Files.All.Single(f => f.Name == name).Content.Span)!;

    static IEnumerable<string> MarksIn(JsonElement text) =>
        Marks().Matches(text.ToString()).Select(m => m.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    static string SourceOf(PageFile file)
    {
        using var source = new StreamReader(typeof(PageFiles).Assembly.GetManifestResourceStream(file.Name)!);
        return source.ReadToEnd();
    }

    static string TextOf(PageFile file) => Encoding.UTF8.GetString(file.Content.Span);

    [GeneratedRegex(@"\{\w+\}", RegexOptions.NonBacktracking)]
    private static partial Regex Marks();

    [GeneratedRegex(@"\bt\('(?<key>[^']+)'", RegexOptions.NonBacktracking)]
    private static partial Regex AskedFor();
}
