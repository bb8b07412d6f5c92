namespace Hobom.Slices.Broker;

/// <summary>Whether, and how, a consumer gets CloudEvents 1.0.</summary>
public enum CloudEventForm
{
    None,

    /// <summary>The payload as the body, the rest in headers.</summary>
    Binary,

    /// <summary>One JSON document, the payload's bytes as they are inside it.</summary>
    Structured,
}
