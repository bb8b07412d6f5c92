using System.Text;
using Hobom.Slices.Rows;
using LanguageExt;

namespace Hobom.Slices.Links;

/// <summary>Why a link is not taken.</summary>
/// <param name="Field">Its name in the table and over HTTP.</param>
public abstract record LinkFault(string Field)
{
    /// <summary>As callers read it.</summary>
    public abstract string Text { get; }

    public sealed record Missing(string Field) : LinkFault(Field)
    {
        public override string Text => $"{Field} is required";
    }

    public sealed record TooLong(string Field, int Length, int Limit) : LinkFault(Field)
    {
        public override string Text => $"{Field} has {Length} characters, more than {Limit}";
    }

    /// <summary>U+0000, which no database keeps as text, or half a surrogate pair.</summary>
    public sealed record NotText(string Field) : LinkFault(Field)
    {
        public override string Text => $"{Field} holds a character that cannot be stored";
    }

    public sealed record MetadataTooLarge(int Bytes, int Limit) : LinkFault("metadata")
    {
        public override string Text => $"metadata has {Bytes} bytes, more than {Limit}";
    }

    public sealed record MetadataNoObject(string Why) : LinkFault("metadata")
    {
        public override string Text => $"metadata is no JSON object that can be kept: {Why}";
    }
}

public static class LinkValidation
{
    /// <summary>The limits are the table's columns.</summary>
    public const int NameLimit = 127;

    public const int IdLimit = 36;

    const int MetadataBytes = 64 * 1024;

    const int MetadataDepth = 64;

    /// <summary>The first fault is told: the source, the target, the metadata.</summary>
    public static Either<LinkFault, Link> Check(Link given)
    {
        var fault = EndFault("source", given.Source) ?? EndFault("target", given.Target) ?? MetadataFault(given.Metadata);
        return fault is null ? given : fault;
    }

    static LinkFault? EndFault(string end, EntityRef entity) =>
        TextFault($"{end}_module", entity.Module, NameLimit)
        ?? TextFault($"{end}_entity_type", entity.EntityType, NameLimit)
        ?? TextFault($"{end}_entity_id", entity.EntityId, IdLimit);

    static LinkFault? TextFault(string field, string text, int limit) =>
        text.Length == 0 ? new LinkFault.Missing(field)
        : text.Length > limit ? new LinkFault.TooLong(field, text.Length, limit)
        : StoredText.IsKept(text) ? null
        : new LinkFault.NotText(field);

    static LinkFault? MetadataFault(string? metadata)
    {
        if (metadata is null) return null;
        if (!StoredText.IsKept(metadata)) return new LinkFault.NotText("metadata");
        var bytes = Encoding.UTF8.GetBytes(metadata);
        if (bytes.Length > MetadataBytes) return new LinkFault.MetadataTooLarge(bytes.Length, MetadataBytes);
        if (StoredText.JsonFault(bytes, MetadataDepth) is { } why) return new LinkFault.MetadataNoObject(why);
        return metadata.AsSpan().TrimStart()[0] == '{' ? null : new LinkFault.MetadataNoObject("it is another value");
    }
}
