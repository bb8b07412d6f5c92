namespace Hobom.Slices.Tests.Fast;

/// <summary>No compiler and no analyzer holds .editorconfig's max_line_length: this does.</summary>
public sealed class LineLengthTests
{
    const int Limit = 140;

    [Fact]
    public void A_line_of_the_product_fits_a_screen()
    {
        var tooLong = Directory.EnumerateFiles(Path.Combine(RepositoryRoot(), "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => File.ReadLines(file).Select((line, at) => (Place: $"{Path.GetFileName(file)}:{at + 1}", line.Length)))
            .Where(line => line.Length > Limit).Select(line => line.Place);
        Assert.Empty(tooLong);
    }

    static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Hobom.Slices.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
