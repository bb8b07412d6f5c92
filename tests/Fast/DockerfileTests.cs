using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Hobom.Slices.Tests.Fast;

/// <summary>An image's packages are restored from its project files alone: one that is not copied would be restored without its own.</summary>
public sealed partial class DockerfileTests
{
    static readonly string Root = RepositoryRoot();

    [Theory]
    [InlineData("Dockerfile", "src/Host/Hobom.Slices.Host.csproj")]
    [InlineData("sandbox/Dockerfile", "sandbox/Hobom.Slices.Sandbox.csproj")]
    public void Every_project_of_the_program_is_copied_before_its_packages_are_restored_and_no_other(string dockerfile, string program)
    {
        var copied = CopyOfProject().Matches(BeforeRestore(dockerfile)).Select(m => m.Groups["file"].Value).ToList();

        Assert.All(CopyOfProject().Matches(BeforeRestore(dockerfile)), m =>
            Assert.Equal($"{Path.GetDirectoryName(m.Groups["file"].Value)}/", m.Groups["folder"].Value));
        Assert.Equal(ReferencedBy(program).Order(StringComparer.Ordinal), copied.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Dockerfile")]
    [InlineData("sandbox/Dockerfile")]
    public void What_every_project_imports_is_copied_too(string dockerfile)
    {
        string[] imported = [.. Directory.EnumerateFiles(Root, "Directory.*").Select(f => Path.GetFileName(f)), "global.json"];
        Assert.All(imported, file => Assert.Contains(file, BeforeRestore(dockerfile), StringComparison.Ordinal));
        Assert.Contains("src/Directory.Build.props", BeforeRestore(dockerfile), StringComparison.Ordinal);
    }

    static string BeforeRestore(string dockerfile) =>
        File.ReadAllText(Path.Combine(Root, dockerfile)).Split("RUN dotnet restore") is [var before, _] ? before
            : throw new InvalidOperationException($"{dockerfile} has not one restore");

    /// <summary>With all that it refers to, from the repository's root.</summary>
    static HashSet<string> ReferencedBy(string project)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([project]);
        while (open.TryPop(out var next))
        {
            if (!found.Add(next)) continue;
            var folder = Path.GetDirectoryName(Path.Combine(Root, next))!;
            foreach (var reference in XDocument.Load(Path.Combine(Root, next)).Descendants("ProjectReference"))
                open.Push(Path.GetRelativePath(Root, Path.GetFullPath(Path.Combine(folder, (string)reference.Attribute("Include")!))));
        }

        return found;
    }

    static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Hobom.Slices.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex(@"^COPY (?<file>\S+\.csproj) (?<folder>\S+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CopyOfProject();
}
