using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime;

/// <summary>What is known of later events that have the record key of a letter.</summary>
public abstract record NewerEvent
{
    NewerEvent()
    {
    }

    /// <summary>The flow gives each event a key of its own: none comes before or after another.</summary>
    public sealed record OwnKey : NewerEvent;

    /// <summary>None was delivered.</summary>
    public sealed record None : NewerEvent;

    /// <param name="At">When it was written.</param>
    public sealed record Delivered(string Id, DateTimeOffset At) : NewerEvent;

    /// <summary>The flow does not keep who had which key, or has too many later events to look through.</summary>
    public sealed record NotKept : NewerEvent;

    /// <summary>Where it is kept cannot be asked now.</summary>
    public sealed record Away(StoreFailure Failure) : NewerEvent;
}
