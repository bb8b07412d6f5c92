namespace Hobom.Slices.Runtime.Telemetry;

/// <summary>Names that dashboards, alarms and other programs know: a contract. Those of OpenTelemetry where it has one.</summary>
public static class TelemetryNames
{
    /// <summary>Every meter of this program begins so.</summary>
    public const string MeterPrefix = "Hobom.Slices";

    public const string Flow = "hobom.flow";

    /// <summary>In seconds; OpenTelemetry's for messaging.</summary>
    public const string OperationDuration = "messaging.client.operation.duration";

    public const string SentMessages = "messaging.client.sent.messages";
}
