using System.Text.Json.Nodes;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Schemas;

/// <summary>Makes a payload of one version into one of the next.</summary>
public delegate JsonNode? Upcast(JsonNode? payload);

/// <summary>
/// Brings an event's payload up to the version that its consumer reads. Each step is this process's C# function where there
/// is one, else the registered patch; versions between which neither stands read each other's documents, as was checked when
/// they were registered.
/// </summary>
public sealed class Upcasting(Func<SchemaSet> schemas)
{
    /// <summary>A parked event is looked at again after so long.</summary>
    public static readonly TimeSpan ParkInterval = TimeSpan.FromSeconds(30);

    readonly Dictionary<(string Type, int From), Upcast> functions = [];

    /// <summary>Before the run.</summary>
    public void Add(string type, int from, Upcast function) => functions.Add((type, from), function);

    /// <summary>Left: parked, for the version is unknown here; or dead, for a step failed.</summary>
    public Either<TryFailure, Claimed> Bring(Claimed claimed, Consumer consumer)
    {
        var given = claimed.Event;
        if (given.SchemaVersion is not { } version) return claimed;
        var set = schemas();
        if (set.Knows(given.Type) && !set.Knows(given.Type, version))
            return Parked($"schema version {version} of {given.Type} is not registered");
        if (consumer.SchemaVersion is not { } wanted || wanted == version || claimed.IsEdited) return claimed;
        if (version > wanted) return Parked($"the consumer reads {given.Type} up to version {wanted}, and this is version {version}");
        if (!set.Knows(given.Type, wanted) && !functions.ContainsKey((given.Type, wanted - 1)))
            return Parked($"schema version {wanted} of {given.Type}, which the consumer reads, is not registered");
        return Chain(set, given, version, wanted).Map(payload => claimed with
        {
            Event = given with { Payload = payload, SchemaVersion = wanted },
        });
    }

    Either<TryFailure, ReadOnlyMemory<byte>> Chain(SchemaSet set, BrokerEvent given, int from, int to)
    {
        var payload = given.Payload.IfNone("null"u8.ToArray());
        for (var version = from; version < to; version++)
        {
            if (!Step(set, given.Type, version, payload).TryGetRight(out var next, out var why))
            {
                var reason = $"{given.Type} from version {version} to {version + 1}: {why}";
                return new TryFailure.Permanent(reason) { Kind = FailureKind.Schema };
            }

            payload = next;
        }

        return payload;
    }

    Either<string, ReadOnlyMemory<byte>> Step(SchemaSet set, string type, int version, ReadOnlyMemory<byte> payload)
    {
        if (functions.TryGetValue((type, version), out var function)) return Call(function, payload);
        return set.UpcastTo(type, version + 1) is { } patch
            ? patch.Apply(payload).Map(bytes => (ReadOnlyMemory<byte>)bytes).MapLeft(fault => fault.ToString())
            : payload;
    }

    static Either<string, ReadOnlyMemory<byte>> Call(Upcast function, ReadOnlyMemory<byte> payload)
    {
        try
        {
            var next = function(JsonNode.Parse(payload.Span));
            return (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(next?.ToJsonString() ?? "null");
        }
        catch (Exception thrown)
        {
            return $"{thrown.GetType().Name}: {thrown.Message}";
        }
    }

    static TryFailure.Parked Parked(string why) => new(why, ParkInterval) { Kind = FailureKind.Schema };
}
