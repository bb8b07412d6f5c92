using k8s;

namespace Hobom.Slices.Tests.Container;

/// <summary>The Helm chart, rendered.</summary>
static class Chart
{
    public const string Folder = "deploy/kubernetes/hobom-slices";

    /// <param name="set">As after <c>--set</c>.</param>
    public static async Task<IReadOnlyList<object>> RenderAsync(params string[] set)
    {
        var end = await NodeTools.HelmAsync(["template", "tried", Folder, .. set.SelectMany(s => (string[])["--set", s])]);
        return end.Code == 0 ? Read(end.Output) : throw new InvalidOperationException(end.All);
    }

    /// <summary>Kubernetes' own types; a field that they do not have is refused.</summary>
    public static IReadOnlyList<object> Read(string yaml) => KubernetesYaml.LoadAllFromString(yaml, strict: true);
}
