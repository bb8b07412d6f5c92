namespace Hobom.Slices.Tests.Browser;

/// <summary>
/// This machine's Chromium; Playwright's own is not downloaded. The shell without a window comes first: the same engine, at a third
/// of the time, for each page of the other has a toolbar of pages too.
/// </summary>
static class Chromium
{
    static readonly string[] Names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    /// <summary>Null where there is none.</summary>
    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .SelectMany(folder => Names.Select(name => System.IO.Path.Combine(folder, name))).FirstOrDefault(File.Exists);
}

/// <summary>A test that wants a browser.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Chromium.Path is null) Skip = "there is no Chromium on this machine";
    }
}

/// <summary>A test that wants a browser, by cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute()
    {
        if (Chromium.Path is null) Skip = "there is no Chromium on this machine";
    }
}
