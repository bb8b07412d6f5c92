namespace Hobom.Slices.DeadLetters.Replays.Endpoints;

public sealed class PauseReplaysEndpoint(ReplayJobPlanner planner, TimeProvider clock)
    : ReplayJobCommandEndpoint(ReplayJobCommand.Pause, planner, clock)
{
    public override void Configure() => Describe(
        "Pause a replay of many",
        "What is under way is finished; the rest waits until resumed, also over a restart. The job keeps its categories to itself.");
}
