using Hobom.Slices.Http.Pollers;

namespace Hobom.Slices.Logs.Endpoints;

public sealed class GetLogsPoller(PollerControl pollers, TimeProvider clock) : GetPollerEndpoint(pollers, clock, LogsSlice.Name);

public sealed class PollLogsNow(PollerControl pollers, TimeProvider clock) : PollNowEndpoint(pollers, clock, LogsSlice.Name);

public sealed class PauseLogsPoller(PollerControl pollers, TimeProvider clock)
    : PausePollerEndpoint(pollers, clock, LogsSlice.Name);

public sealed class ResumeLogsPoller(PollerControl pollers, TimeProvider clock)
    : ResumePollerEndpoint(pollers, clock, LogsSlice.Name);
