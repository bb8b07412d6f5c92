namespace Hobom.Slices.Runtime.Outbox.Batch;

/// <summary>Whether the backends' batch contract (protos/outbox/v1) is used.</summary>
public enum OutboxBatchMode
{
    /// <summary>Nobody asks for it: a find of all rows, and a mark for each.</summary>
    Off,

    /// <summary>Where a backend has it; the others are asked again now and then.</summary>
    Auto,

    /// <summary>A backend without it is a fault.</summary>
    On,
}
