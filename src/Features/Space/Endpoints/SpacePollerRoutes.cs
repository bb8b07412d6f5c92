using Hobom.Slices.Http.Pollers;

namespace Hobom.Slices.Space.Endpoints;

public sealed class GetSpacePoller(PollerControl pollers, TimeProvider clock)
    : GetPollerEndpoint(pollers, clock, SpaceSlice.Name);

public sealed class PollSpaceNow(PollerControl pollers, TimeProvider clock) : PollNowEndpoint(pollers, clock, SpaceSlice.Name);

public sealed class PauseSpacePoller(PollerControl pollers, TimeProvider clock)
    : PausePollerEndpoint(pollers, clock, SpaceSlice.Name);

public sealed class ResumeSpacePoller(PollerControl pollers, TimeProvider clock)
    : ResumePollerEndpoint(pollers, clock, SpaceSlice.Name);
