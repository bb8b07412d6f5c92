using System.Globalization;

namespace Hobom.Slices.Law;

/// <summary>How far an event came, as far as it is remembered of the event itself; what was generated is kept by its input.</summary>
public enum LawStage
{
    Nothing,

    /// <summary>Its text was generated, and every save of it so far was seen to be refused.</summary>
    Generated,

    /// <summary>A save was begun whose end nobody has seen.</summary>
    SaveBegun,

    Saved,
}

/// <summary>
/// What is remembered lastingly of one event: <c>1 save-begun 1731000000000</c>, that is version, stage and since when
/// (unix time, ms). A contract with what an older or newer build has written.
/// </summary>
public sealed record LawProgress(LawStage Stage, DateTimeOffset Since)
{
    /// <summary>As long as the backend keeps a row.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromDays(30);

    public static LawProgress None { get; } = new(LawStage.Nothing, DateTimeOffset.UnixEpoch);

    static readonly Dictionary<LawStage, string> Names = new()
    {
        [LawStage.Generated] = "generated", [LawStage.SaveBegun] = "save-begun", [LawStage.Saved] = "saved",
    };

    public string Format() => $"1 {Names[Stage]} {Since.ToUnixTimeMilliseconds()}";

    /// <summary>
    /// What cannot be read says that something was done for the event: it counts as a save that was begun, which at
    /// worst asks a person and never pays twice.
    /// </summary>
    public static LawProgress Parse(string text, DateTimeOffset now)
    {
        if (text.Split(' ') is ["1", var name, var since]
            && Names.FirstOrDefault(n => n.Value == name) is { Value: not null } stage
            && long.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return new LawProgress(stage.Key, DateTimeOffset.FromUnixTimeMilliseconds(ms));
        return new LawProgress(LawStage.SaveBegun, now);
    }
}
