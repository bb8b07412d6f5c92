namespace Hobom.Slices.Http.Pollers;

/// <summary>For the description of the API.</summary>
static class PollerExamples
{
    static readonly DateTimeOffset At = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    public static readonly PollerView Poller = new(
        "messages", "waiting", "MESSAGE", "outbox:50051", "hobom.messages", "menu", HeldBy: null, HeldSince: null, PausedBy: null,
        PausedSince: null, DownSince: null,
        "Kafka: Local_MsgTimedOut: Local: Message timed out", At.AddHours(-3), BrokerAway: false,
        new TopicCircuitView("hobom.messages", "closed", null, null, null, null, Letters: 0), LagSeconds: 0.4,
        new PollerVisitView(At, Found: 12, Delivered: 11, MarkedLate: 0, DeadLettered: 1, LeftPending: 0),
        new PollerTotalsView(Visits: 8640, Delivered: 120_417, DeadLettered: 3));
}
