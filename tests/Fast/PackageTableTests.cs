using System.Xml.Linq;

namespace Hobom.Slices.Tests.Fast;

/// <summary>The README's package table says what is used.</summary>
public sealed class PackageTableTests
{
    static readonly string Root = RepositoryRoot();

    static readonly string[] Rows = [.. File.ReadLines(Path.Combine(Root, "README.md")).Where(l => l.StartsWith('|'))];

    public static TheoryData<string, string> Packages
    {
        get
        {
            var packages = new TheoryData<string, string>();
            foreach (var package in XDocument.Load(Path.Combine(Root, "Directory.Packages.props")).Descendants("PackageVersion"))
                packages.Add((string)package.Attribute("Include")!, (string)package.Attribute("Version")!);
            return packages;
        }
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Each_package_has_a_row_with_its_version(string name, string version) =>
        Assert.Contains(Rows, row => CellsOf(row) is [var names, var versions] && PairsOf(names, versions).Contains((name, version)));

    // One version may stand for all packages of a row.
    static IEnumerable<(string Name, string Version)> PairsOf(string[] names, string[] versions) =>
        versions is [var only] ? names.Select(name => (name, only)) : names.Zip(versions);

    static string[][] CellsOf(string row) =>
        [.. row.Trim('|').Split('|').Take(2).Select(cell => cell.Split(',', StringSplitOptions.TrimEntries))];

    static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Hobom.Slices.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
