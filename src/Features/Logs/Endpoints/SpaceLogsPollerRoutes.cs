using Hobom.Slices.Http.Pollers;

namespace Hobom.Slices.Logs.Endpoints;

public sealed class GetSpaceLogsPoller(PollerControl pollers, TimeProvider clock)
    : GetPollerEndpoint(pollers, clock, SpaceLogsSlice.Name);

public sealed class PollSpaceLogsNow(PollerControl pollers, TimeProvider clock)
    : PollNowEndpoint(pollers, clock, SpaceLogsSlice.Name);

public sealed class PauseSpaceLogsPoller(PollerControl pollers, TimeProvider clock)
    : PausePollerEndpoint(pollers, clock, SpaceLogsSlice.Name);

public sealed class ResumeSpaceLogsPoller(PollerControl pollers, TimeProvider clock)
    : ResumePollerEndpoint(pollers, clock, SpaceLogsSlice.Name);
