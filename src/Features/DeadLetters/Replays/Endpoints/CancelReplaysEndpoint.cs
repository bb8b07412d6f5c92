namespace Hobom.Slices.DeadLetters.Replays.Endpoints;

public sealed class CancelReplaysEndpoint(ReplayJobPlanner planner, TimeProvider clock)
    : ReplayJobCommandEndpoint(ReplayJobCommand.Cancel, planner, clock)
{
    public override void Configure() => Describe(
        "Cancel a replay of many",
        "What is under way is finished; the rest is left as it is. A plan can be cancelled too.");
}
