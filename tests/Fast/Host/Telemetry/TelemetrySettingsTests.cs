using Hobom.Slices.Host;
using Hobom.Slices.Host.Telemetry;

namespace Hobom.Slices.Tests.Fast.Host.Telemetry;

public sealed class TelemetrySettingsTests
{
    [Theory]
    [InlineData("HOBOM_LOG_FORMAT", "xml", "HOBOM_LOG_FORMAT is 'xml': expected line or json")]
    [InlineData("HOBOM_METRICS_ADDR", "metrics", "HOBOM_METRICS_ADDR: expected :port")]
    [InlineData("HOBOM_METRICS_ADDR", ":8082", "HOBOM_METRICS_ADDR: its port is the API's own")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "OTEL_EXPORTER_OTLP_ENDPOINT: expected the address of an OTLP collector")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "OTEL_EXPORTER_OTLP_PROTOCOL: expected grpc or http/protobuf")]
    public void What_cannot_be_meant_is_told_with_its_variable(string variable, string value, string told) =>
        Assert.StartsWith(told, Assert.Single(Read((variable, value)).Match(_ => [], problems => problems.Lines)), StringComparison.Ordinal);

    [Fact]
    public void Without_them_nothing_is_pushed_and_the_metrics_are_at_the_APIs_port()
    {
        var quiet = Read().Right().Telemetry;
        Assert.Equal((null, LogForm.Lines, false, false), (quiet.Listen, quiet.Log, quiet.PushesMetrics, quiet.PushesTraces));
        var loud = Read(("HOBOM_METRICS_ADDR", "127.0.0.1:9464"), ("HOBOM_LOG_FORMAT", "json"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4317")).Right().Telemetry;
        Assert.Equal((9464, LogForm.Json, true, true), (loud.Listen!.Port, loud.Log, loud.PushesMetrics, loud.PushesTraces));
    }

    static LanguageExt.Either<SettingProblems, Settings> Read(params (string Name, string Value)[] more)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOBOM_GRPC_ADDR"] = "h:1", ["HOBOM_GRPC_API_KEY"] = "k", ["HOBOM_KAFKA_BROKER"] = "h:1", ["HOBOM_REDIS_ADDR"] = "h:1",
        };
        foreach (var (name, value) in more) environment[name] = value;
        return Settings.Read(environment);
    }
}
