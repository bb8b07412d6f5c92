namespace Hobom.Slices.DeadLetters.Replays.Endpoints;

public sealed class ResumeReplaysEndpoint(ReplayJobPlanner planner, TimeProvider clock)
    : ReplayJobCommandEndpoint(ReplayJobCommand.Resume, planner, clock)
{
    public override void Configure() => Describe(
        "Resume a replay of many",
        "A paused one, or one that stopped by itself: the failures so far count no more towards stopping it.");
}
