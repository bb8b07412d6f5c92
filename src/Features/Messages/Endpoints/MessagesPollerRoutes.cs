using Hobom.Slices.Http.Pollers;

namespace Hobom.Slices.Messages.Endpoints;

public sealed class GetMessagesPoller(PollerControl pollers, TimeProvider clock)
    : GetPollerEndpoint(pollers, clock, MessagesSlice.Name);

public sealed class PollMessagesNow(PollerControl pollers, TimeProvider clock)
    : PollNowEndpoint(pollers, clock, MessagesSlice.Name);

public sealed class PauseMessagesPoller(PollerControl pollers, TimeProvider clock)
    : PausePollerEndpoint(pollers, clock, MessagesSlice.Name);

public sealed class ResumeMessagesPoller(PollerControl pollers, TimeProvider clock)
    : ResumePollerEndpoint(pollers, clock, MessagesSlice.Name);
