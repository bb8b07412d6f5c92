namespace Hobom.Slices.Core;

/// <summary>
/// What the letters of one outage have in common, however differently the client names it from record to record: they
/// tell it as their reason, so that a person finds and sends them again as one group.
/// </summary>
public sealed record Outage(FailureClass Class, string Reason)
{
    public static Outage Of(string topic, PublishFailure first) => new(
        first.Class is FailureClass.Permanent ? FailureClass.Permanent : FailureClass.Transient,
        $"topic {topic} takes no records: {first.Message}");
}
