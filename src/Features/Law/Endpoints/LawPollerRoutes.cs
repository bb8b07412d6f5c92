using Hobom.Slices.Http.Pollers;

namespace Hobom.Slices.Law.Endpoints;

public sealed class GetLawPoller(PollerControl pollers, TimeProvider clock) : GetPollerEndpoint(pollers, clock, LawSlice.Name);

public sealed class PollLawNow(PollerControl pollers, TimeProvider clock) : PollNowEndpoint(pollers, clock, LawSlice.Name);

public sealed class PauseLawPoller(PollerControl pollers, TimeProvider clock)
    : PausePollerEndpoint(pollers, clock, LawSlice.Name);

public sealed class ResumeLawPoller(PollerControl pollers, TimeProvider clock)
    : ResumePollerEndpoint(pollers, clock, LawSlice.Name);
