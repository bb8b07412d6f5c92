using System.Diagnostics;

namespace Hobom.Slices.Streams;

/// <summary>What an owner does with a stream: all of it, the dealing out, or one shard of what is dealt out.</summary>
public abstract record StreamPart
{
    StreamPart()
    {
    }

    /// <summary>Reads the stream and handles every entry.</summary>
    public sealed record Whole : StreamPart;

    /// <summary>Reads the stream, each entry once, and gives it to the shard of its key.</summary>
    public sealed record Dealing : StreamPart;

    /// <summary>Handles the entries that were given to one shard.</summary>
    /// <param name="Number">From 0.</param>
    public sealed record Slice(int Number) : StreamPart;
}

/// <summary>What one process owns at a time, by a lease: a stream, or a part of one.</summary>
/// <param name="Key">The Redis key of the stream.</param>
/// <param name="Shards">Of the domain; 1 for one that is not split.</param>
public sealed record ShardStream(string Domain, string Key, int Shards, StreamPart Part)
{
    /// <summary>Of the lease: <c>events:auth</c>, and <c>events:auth#2</c> for a shard of what is dealt out.</summary>
    public string Name => Part switch
    {
        StreamPart.Slice(var number) => $"{Key}#{number}",
        StreamPart.Whole or StreamPart.Dealing => Key,
        _ => throw new UnreachableException(),
    };
}
