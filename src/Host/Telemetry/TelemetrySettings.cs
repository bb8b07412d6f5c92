namespace Hobom.Slices.Host.Telemetry;

/// <summary>How the log is written.</summary>
public enum LogForm
{
    /// <summary>Lines for people.</summary>
    Lines,

    /// <summary>An object a line, for programs that collect logs.</summary>
    Json,
}

/// <summary>What the process tells of itself, and to whom.</summary>
/// <param name="Listen">A port of their own for the metrics; null for the API's.</param>
/// <param name="Otel">The variables of OpenTelemetry, as its own documents name them.</param>
public sealed record TelemetrySettings(ListenAddress? Listen, LogForm Log, IReadOnlyDictionary<string, string> Otel)
{
    public const string ListenVariable = "HOBOM_METRICS_ADDR";
    public const string LogVariable = "HOBOM_LOG_FORMAT";
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    const string OtelPrefix = "OTEL_";

    static readonly string[] EndpointVariables =
        [EndpointVariable, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

    public static TelemetrySettings Quiet { get; } = new(null, LogForm.Lines, new Dictionary<string, string>(StringComparer.Ordinal));

    internal bool PushesMetrics => IsSet(EndpointVariable) || IsSet(EndpointVariables[1]);

    internal bool PushesTraces => IsSet(EndpointVariable) || IsSet(EndpointVariables[2]);

    /// <summary>Headers for a collector may hold its key: nothing is printed by accident.</summary>
    public override string ToString() => nameof(TelemetrySettings);

    /// <param name="api">Where the API listens.</param>
    internal static TelemetrySettings Read(SettingsReader read, IReadOnlyDictionary<string, string> environment, ListenAddress api)
    {
        var otel = environment.Where(v => v.Key.StartsWith(OtelPrefix, StringComparison.Ordinal) && v.Value.Trim().Length > 0)
            .ToDictionary(v => v.Key, v => v.Value.Trim(), StringComparer.Ordinal);
        foreach (var name in EndpointVariables.Where(otel.ContainsKey))
        {
            if (!Uri.TryCreate(otel[name], UriKind.Absolute, out var at) || at.Scheme is not ("http" or "https"))
                read.Add($"{name}: expected the address of an OTLP collector, such as http://collector:4317");
        }

        if (otel.GetValueOrDefault("OTEL_EXPORTER_OTLP_PROTOCOL") is not (null or "grpc" or "http/protobuf"))
            read.Add("OTEL_EXPORTER_OTLP_PROTOCOL: expected grpc or http/protobuf");
        return new TelemetrySettings(ReadListen(read, api), ReadForm(read), otel);
    }

    static ListenAddress? ReadListen(SettingsReader read, ListenAddress api)
    {
        if (read.Optional(ListenVariable) is null) return null;
        var own = read.Listen(ListenVariable, new ListenAddress(null, 0));
        if (own.Port == api.Port) read.Add($"{ListenVariable}: its port is the API's own; leave it unset for that");
        return own;
    }

    static LogForm ReadForm(SettingsReader read)
    {
        var value = read.Optional(LogVariable);
        if (value is not (null or "line" or "json")) read.Add($"{LogVariable} is '{value}': expected line or json");
        return value is "json" ? LogForm.Json : LogForm.Lines;
    }

    bool IsSet(string name) => Otel.ContainsKey(name);
}
