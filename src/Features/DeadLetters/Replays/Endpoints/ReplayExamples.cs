using Hobom.Slices.Http;

namespace Hobom.Slices.DeadLetters.Replays.Endpoints;

static class ReplayExamples
{
    static readonly DateTimeOffset Noon = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    static readonly ReplayPlan Plan = new(
        214, [new PlannedCategory("menu", 214)],
        [new PlannedCause("3f1c2d9a70b4e815", "menu", "publish", "Local: Message timed out", 214)],
        Noon.AddHours(-5), Noon.AddHours(-1), ["dlq:menu:0192f0c1", "dlq:menu:0192f0d7"]);

    public static readonly ReplayJobView Planned = new(
        "01957b2f8c0a7d1e9a4b3c2d1e0f9a8b", "planned", null, Noon, "anna", new ReplayJobOptions(), Edits: false, Plan,
        new ReplayProgressView(214, 0, 0, 0, 0, 0, 214, null, null, [], []), Noon.AddHours(24), null, null, null, null);

    public static readonly ReplayJobView Running = Planned with
    {
        State = "running",
        Progress = new ReplayProgressView(
            214, 120, 117, 0, 2, 1, 94, 48.7, 2,
            [new ReasonCount("MsgSizeTooLarge: Broker: Message size too large", 2, ["dlq:menu:0192f0d7"])],
            [new ReasonCount("the letter is gone", 1, ["dlq:menu:0192f0c9"])]),
        ExpiresAt = null,
        StartedAt = Noon.AddMinutes(1),
        StartedBy = "anna",
    };

    public static readonly ErrorAnswer NoJob = new("there is no job 01957b2f8c0a7d1e9a4b3c2d1e0f9a8b");

    public static readonly ErrorAnswer Other = new("job 01957b2f8c0a7d1e9a4b3c2d1e0f9a8c has the letters of category 'menu'");
}
