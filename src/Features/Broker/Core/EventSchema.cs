namespace Hobom.Slices.Broker;

/// <summary>The JSON Schema of one version of a type's payload. Once registered it does not change.</summary>
/// <param name="Upcast">A JSON Patch that makes a payload of the version before into one of this; null: none is needed.</param>
public sealed record EventSchema(string Type, int Version, string Document, string? Upcast);

/// <summary>What a new version of a schema must be to the one before.</summary>
public enum SchemaPromise
{
    /// <summary>Who reads the new version can read what was written in the old one. The default.</summary>
    Backward,

    /// <summary>Who reads the old version can read what is written in the new one.</summary>
    Forward,

    /// <summary>Both.</summary>
    Full,

    /// <summary>Nothing is compared.</summary>
    None,
}

/// <summary>What becomes of a publish that does not fit its schema.</summary>
public enum SchemaMismatch
{
    Refuse,

    /// <summary>It is stored, and the answer and the log say so.</summary>
    Warn,
}
