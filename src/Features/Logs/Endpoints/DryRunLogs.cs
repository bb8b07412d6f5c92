using Hobom.Slices.Http.Pollers;

namespace Hobom.Slices.Logs.Endpoints;

public sealed class DryRunLogs(PollerControl pollers, TimeProvider clock, LogSplitLimits limits)
    : LogDryRunEndpoint(pollers, clock, LogsSlice.Name, LogFlow.Main, limits);

public sealed class DryRunSpaceLogs(PollerControl pollers, TimeProvider clock, LogSplitLimits limits)
    : LogDryRunEndpoint(pollers, clock, SpaceLogsSlice.Name, LogFlow.Space, limits);
