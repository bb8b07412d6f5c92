using k8s.Models;

namespace Hobom.Slices.Tests.Container;

public sealed class ChartTests
{
    static readonly string[] Everything =
    [
        "image.digest=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "imagePullSecrets[0].name=registry",
        "config.HOBOM_STREAMS_ENABLED=true", "config.HOBOM_HTTP_ADDR=:9000", "files.HOBOM_KEYS_FILE.secret=keys",
        "files.HOBOM_KEYS_FILE.key=keys.json", "podLabels.team=events", "podAnnotations.note=x", "nodeSelector.disk=ssd",
        "tolerations[0].key=spot", "tolerations[0].operator=Exists", "priorityClassName=high", "replicas=3",
    ];

    [NodeToolTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_linted_and_each_object_is_one_that_Kubernetes_knows(bool everything)
    {
        string[] set = everything ? [.. Everything.Select(s => s.Replace("=true", "=\"true\"", StringComparison.Ordinal))] : [];
        var lint = await NodeTools.HelmAsync(["lint", "--strict", Chart.Folder, .. set.SelectMany(s => (string[])["--set", s])]);
        Assert.True(lint.Code == 0, lint.All);

        var objects = await Chart.RenderAsync(set);
        Assert.Equal(
            ["V1ConfigMap", "V1Deployment", "V1NetworkPolicy", "V1PodDisruptionBudget", "V1Service", "V1ServiceAccount"],
            objects.Select(o => o.GetType().Name).Order(StringComparer.Ordinal));
    }

    [NodeToolTheory]
    [InlineData(8082)]
    [InlineData(9000)]
    public async Task Pods_are_confined_probed_and_given_the_time_to_end(int port)
    {
        var pod = One<V1Deployment>(await Chart.RenderAsync($"config.HOBOM_HTTP_ADDR=:{port}")).Spec.Template.Spec;
        var container = Assert.Single(pod.Containers);

        Assert.True(pod.TerminationGracePeriodSeconds >= 45);
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.Equal(port, Assert.Single(container.Ports).ContainerPort);
        Assert.Equal("/health", container.StartupProbe.HttpGet.Path);
        Assert.Equal("/health/live", container.LivenessProbe.HttpGet.Path);
        Assert.Equal("/health/ready", container.ReadinessProbe.HttpGet.Path);
        Assert.All(["memory"], name => Assert.Contains(name, container.Resources.Limits.Keys));
    }

    [NodeToolTheory]
    [InlineData("HOBOM_GRPC_API_KEY")]
    [InlineData("HOBOM_INTERNAL_API_KEY")]
    [InlineData("HOBOM_REDIS_ADDR")]
    public async Task Secrets_are_referred_to_and_nowhere_written(string variable)
    {
        var objects = await Chart.RenderAsync();
        var set = Assert.Single(One<V1Deployment>(objects).Spec.Template.Spec.Containers[0].Env, e => e.Name == variable);
        Assert.Null(set.Value);
        Assert.NotNull(set.ValueFrom.SecretKeyRef);
        Assert.DoesNotContain(variable, One<V1ConfigMap>(objects).Data.Keys);
    }

    [NodeToolTheory]
    [InlineData("replicas=0")]
    [InlineData("replica=3")]
    [InlineData("terminationGracePeriodSeconds=30")]
    [InlineData("image.digest=latest")]
    [InlineData("config.HOBOM_INTERNAL_API_KEY=in-plain-sight")]
    [InlineData("config.HOBOM_KAFKA_SASL_PASSWORD=in-plain-sight")]
    [InlineData("config.HOBOM_HTTP_ADDR=127.0.0.1:8082")]
    [InlineData("secrets.HOBOM_GRPC_API_KEY.value=x")]
    public async Task A_value_that_cannot_be_meant_is_refused(string set)
    {
        var end = await NodeTools.HelmAsync("template", "tried", Chart.Folder, "--set", set);
        Assert.NotEqual(0, end.Code);
        Assert.Contains("values don't meet the specifications of the schema", end.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_field_is_found() => Assert.ThrowsAny<Exception>(() => Chart.Read("""
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: a}
        automountToken: false
        """));

    static T One<T>(IEnumerable<object> objects) => Assert.Single(objects.OfType<T>());
}
