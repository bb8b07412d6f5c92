using FsCheck;
using FsCheck.Fluent;

namespace Hobom.Slices.Tests.Fast.Simulation;

/// <summary>What a run of the relay is made of; all else follows from the seed.</summary>
/// <param name="Rows">Rows in the outbox at the start.</param>
/// <param name="EventsPerRecord">1 for a record per event, more for batches.</param>
/// <param name="FaultPercent">Of the calls of a visit in bad weather.</param>
/// <param name="CrashPercent">Of the visits: the process dies in the middle of them.</param>
/// <param name="LateWrites">A publish that ended unknown may reach the topic after it was looked for.</param>
/// <param name="Replays">Operators replay letters during visits.</param>
public sealed record Story(
    int Seed, int Rows, int EventsPerRecord, int Visits, int FaultPercent, int CrashPercent, bool LateWrites, bool Replays)
{
    /// <summary>0 where the outbox gives all its rows in one answer; else so many by page.</summary>
    public int PageRows { get; init; }

    /// <summary>0 where an answer is here at once; else so many rows of it arrive at a time.</summary>
    public int PartRows { get; init; }

    /// <summary>The process stands still in some visits until somebody else has claimed its rows.</summary>
    public bool Freezes { get; init; }
}

/// <summary>Stories in which everything may go wrong.</summary>
static class Stories
{
    public static Arbitrary<Story> Any() => Arb.From(
        from seed in Gen.Choose(0, int.MaxValue - 1)
        from rows in Gen.Choose(0, 14)
        from perRecord in Gen.Choose(1, 3)
        from visits in Gen.Choose(1, 8)
        from faults in Gen.Elements(0, 5, 20, 50, 90)
        from crashes in Gen.Elements(0, 20, 60)
        from late in Gen.Elements(false, true)
        from replays in Gen.Elements(false, true)
        from page in Gen.Elements(0, 0, 1, 3, 20)
        from part in Gen.Elements(0, 1, 4)
        from freezes in Gen.Elements(false, true)
        select new Story(seed, rows, perRecord, visits, faults, crashes, late, replays)
        {
            PageRows = page, PartRows = part, Freezes = freezes && page > 0,
        },
        Simpler);

    static IEnumerable<Story> Simpler(Story story)
    {
        if (story.PageRows > 0) yield return story with { PageRows = 0, Freezes = false };
        if (story.PartRows > 0) yield return story with { PartRows = 0 };
        if (story.Freezes) yield return story with { Freezes = false };
        if (story.LateWrites) yield return story with { LateWrites = false };
        if (story.Replays) yield return story with { Replays = false };
        if (story.CrashPercent > 0) yield return story with { CrashPercent = 0 };
        if (story.EventsPerRecord > 1) yield return story with { EventsPerRecord = 1 };
        if (story.Rows > 1) yield return story with { Rows = story.Rows / 2 };
        if (story.Rows > 1) yield return story with { Rows = story.Rows - 1 };
        if (story.Visits > 1) yield return story with { Visits = story.Visits - 1 };
    }
}

/// <summary>Stories in which every call is answered.</summary>
static class FairStories
{
    public static Arbitrary<Story> Fair() => (
        from seed in Gen.Choose(0, int.MaxValue - 1)
        from rows in Gen.Choose(0, 40)
        from perRecord in Gen.Choose(1, 3)
        select new Story(seed, rows, perRecord, 1, 0, 0, LateWrites: false, Replays: false)).ToArbitrary();
}
