namespace Hobom.Slices.Http.Pollers;

/// <summary>Of pollers that have no routes of their own; and the 404 that names those that run.</summary>
public sealed class GetAnyPoller(PollerControl pollers, TimeProvider clock) : GetPollerEndpoint(pollers, clock, AnyName);

public sealed class PollAnyNow(PollerControl pollers, TimeProvider clock) : PollNowEndpoint(pollers, clock, AnyName);

public sealed class PauseAnyPoller(PollerControl pollers, TimeProvider clock) : PausePollerEndpoint(pollers, clock, AnyName);

public sealed class ResumeAnyPoller(PollerControl pollers, TimeProvider clock) : ResumePollerEndpoint(pollers, clock, AnyName);
