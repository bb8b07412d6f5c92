namespace Hobom.Slices.Page.Changes;

/// <summary>Where the letters stand, for one who wants to know whether to look again.</summary>
/// <param name="Version">Another number whenever any letter came, went or changed.</param>
/// <param name="AsOf">When Redis last told of changes; null before the first load.</param>
public sealed record LettersMark(bool Loaded, int Count, long Version, DateTimeOffset? AsOf);

/// <summary>A flow in short.</summary>
public sealed record FlowMark(string Name, string State, long Delivered, long DeadLettered, bool Down);

/// <summary>One message of the stream of changes.</summary>
/// <param name="Now">The server's clock, to which time left is counted.</param>
/// <param name="Letters">Null where none are kept: the broker runs alone.</param>
public sealed record ChangeMark(DateTimeOffset Now, LettersMark? Letters, IReadOnlyList<FlowMark> Flows);
