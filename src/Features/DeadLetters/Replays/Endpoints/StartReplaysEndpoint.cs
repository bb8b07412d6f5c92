namespace Hobom.Slices.DeadLetters.Replays.Endpoints;

public sealed class StartReplaysEndpoint(ReplayJobPlanner planner, TimeProvider clock)
    : ReplayJobCommandEndpoint(ReplayJobCommand.Start, planner, clock)
{
    public override void Configure() => Describe(
        "Start a planned replay",
        "The canary runs first and the rest waits for how it ends; then the rate ramps up. It stops by itself when too many fail, and "
        + "pauses by itself while Kafka or the store is away, asking again every 15 s with one letter. It goes on after a restart of the "
        + "processor. One job at a time has the letters of a category: beside another the answer is 409.");
}
