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

    /// <summary>Sessions are known to the process that began them, and to no other.</summary>
    [NodeToolTheory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Who_has_signed_in_at_a_pod_is_led_to_that_pod(int replicas) => Assert.Equal(
        "ClientIP", One<V1Service>(await Chart.RenderAsync($"replicas={replicas}")).Spec.SessionAffinity);

    [NodeToolTheory]
    [InlineData("config.HOBOM_HTTP_ADDR=:8082", "http:8082")]
    [InlineData("config.HOBOM_METRICS_ADDR=:9464", "http:8082", "metrics:9464")]
    public async Task A_port_of_the_metrics_is_one_of_the_pod_and_of_the_policy(string set, params string[] ports)
    {
        var objects = await Chart.RenderAsync(set);
        var container = One<V1Deployment>(objects).Spec.Template.Spec.Containers[0];
        Assert.Equal(ports, container.Ports.Select(p => $"{p.Name}:{p.ContainerPort}"));
        Assert.Equal(
            ports.Select(p => p.Split(':')[0]),
            Assert.Single(One<V1NetworkPolicy>(objects).Spec.Ingress).Ports.Select(p => p.Port.Value));
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

    /// <summary>All that docs/OPERATING.md and docs/BROKER.md call a secret, and those among the properties of librdkafka.</summary>
    [NodeToolTheory]
    [InlineData("HOBOM_SPACE_GRPC_API_KEY")]
    [InlineData("HOBOM_LLM_GRPC_API_KEY")]
    [InlineData("HOBOM_INTERNAL_API_KEY")]
    [InlineData("HOBOM_OIDC_CLIENT_SECRET")]
    [InlineData("HOBOM_BROKER_DATABASE_URL")]
    [InlineData("HOBOM_BROKER_REDIS_PASSWORD")]
    [InlineData("HOBOM_BROKER_NATS_URL")]
    [InlineData("HOBOM_BROKER_SOURCES_GITHUB_SECRETS")]
    [InlineData("HOBOM_KAFKA_SASL_PASSWORD")]
    [InlineData("HOBOM_KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET")]
    [InlineData("HOBOM_KAFKA_SASL_OAUTHBEARER_ASSERTION_PRIVATE_KEY_PASSPHRASE")]
    [InlineData("HOBOM_KAFKA_SASL_OAUTHBEARER_ASSERTION_PRIVATE_KEY_PEM")]
    [InlineData("HOBOM_KAFKA_SSL_KEY_PASSWORD")]
    [InlineData("HOBOM_KAFKA_SSL_KEY_PEM")]
    [InlineData("HOBOM_KAFKA_SSL_KEYSTORE_PASSWORD")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_HEADERS")]
    public async Task A_secret_is_refused_among_the_plain_settings_and_taken_where_it_is_referred_to(string variable)
    {
        await RefusedAsync($"config.{variable}=in-plain-sight");
        var objects = await Chart.RenderAsync($"secrets.{variable}.name=hobom-slices", $"secrets.{variable}.key=its-key");
        var set = Assert.Single(One<V1Deployment>(objects).Spec.Template.Spec.Containers[0].Env, e => e.Name == variable);
        Assert.Equal("its-key", set.ValueFrom.SecretKeyRef.Key);
    }

    [NodeToolTheory]
    [InlineData("HOBOM_BROKER_KEEP_SECRETS")]
    [InlineData("HOBOM_KAFKA_SASL_USERNAME")]
    [InlineData("HOBOM_OIDC_CLIENT_ID")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT")]
    public async Task What_only_sounds_like_a_secret_is_a_plain_setting(string variable) =>
        Assert.Equal("plain", One<V1ConfigMap>(await Chart.RenderAsync($"config.{variable}=plain")).Data[variable]);

    [NodeToolTheory]
    [InlineData("replicas=0")]
    [InlineData("replica=3")]
    [InlineData("terminationGracePeriodSeconds=30")]
    [InlineData("image.digest=latest")]
    [InlineData("config.HOBOM_HTTP_ADDR=127.0.0.1:8082")]
    [InlineData("config.HOBOM_METRICS_ADDR=127.0.0.1:9464")]
    [InlineData("secrets.HOBOM_GRPC_API_KEY.value=x")]
    public Task A_value_that_cannot_be_meant_is_refused(string set) => RefusedAsync(set);

    [Fact]
    public void An_unknown_field_is_found() => Assert.ThrowsAny<Exception>(() => Chart.Read("""
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: a}
        automountToken: false
        """));

    static async Task RefusedAsync(string set)
    {
        var end = await NodeTools.HelmAsync("template", "tried", Chart.Folder, "--set", set);
        Assert.NotEqual(0, end.Code);
        Assert.Contains("values don't meet the specifications of the schema", end.Errors, StringComparison.Ordinal);
    }

    static T One<T>(IEnumerable<object> objects) => Assert.Single(objects.OfType<T>());
}
