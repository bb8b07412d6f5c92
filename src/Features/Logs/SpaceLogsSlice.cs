using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Outbox;

namespace Hobom.Slices.Logs;

/// <summary>SPACE_LOG: the space backend's logs to <c>hobom.logs</c>, as the main backend's.</summary>
public static class SpaceLogsSlice
{
    /// <summary>In routes and log lines.</summary>
    public const string Name = "space-logs";

    public static Slice Build(FlowDependencies tools, GrpcBackend space) =>
        LogsSlice.Build(tools, space, Name, LogFlow.Space, SpaceOutboxMarks.Of(space));
}
