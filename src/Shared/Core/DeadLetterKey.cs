using System.Text;
using LanguageExt;

namespace Hobom.Slices.Core;

/// <summary>The kind of a dead letter, the second part of its key: <c>menu</c>, <c>log</c>, <c>space-log</c> …</summary>
public readonly record struct Category(string Name)
{
    public override string ToString() => Name;

    /// <summary>Lower-case letters, digits and hyphens; the first a letter; 32 characters at most.</summary>
    public static bool IsWellFormed(string name) =>
        name.Length is > 0 and <= 32
        && char.IsAsciiLetterLower(name[0])
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}

/// <summary>Why a text is no dead letter key.</summary>
public abstract record KeyFault(string Message)
{
    public sealed record NoPrefix() : KeyFault($"a dead letter key begins with '{DeadLetterKey.Prefix}'");

    public sealed record NoCategory() : KeyFault("the key has no category: expected dlq:<category>:<event id>");

    public sealed record NoId() : KeyFault("the key has no event id: expected dlq:<category>:<event id>");

    public sealed record TooLong() : KeyFault($"the event id is longer than {DeadLetterKey.IdByteLimit} bytes");
}

/// <summary>
/// Names a dead letter: <c>dlq:&lt;category&gt;:&lt;id&gt;</c>, the id being all that follows, colons included.
/// The text form is a contract: other tools read these keys with a plain GET.
/// </summary>
public sealed record DeadLetterKey(Category Category, string Id)
{
    public const string Prefix = "dlq:";

    /// <summary>UTF-8 bytes of the id. A longer event id is refused as a row and filed under its digest.</summary>
    public const int IdByteLimit = 1024;

    public string Format() => $"{Prefix}{Category.Name}:{Id}";

    public override string ToString() => Format();

    public static Either<KeyFault, DeadLetterKey> Parse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal)) return new KeyFault.NoPrefix();
        var colon = text.IndexOf(':', Prefix.Length);
        var category = colon < 0 ? text[Prefix.Length..] : text[Prefix.Length..colon];
        if (!Category.IsWellFormed(category)) return new KeyFault.NoCategory();
        if (colon < 0 || colon == text.Length - 1) return new KeyFault.NoId();
        var id = text[(colon + 1)..];
        if (Encoding.UTF8.GetByteCount(id) > IdByteLimit) return new KeyFault.TooLong();
        return new DeadLetterKey(new Category(category), id);
    }
}
