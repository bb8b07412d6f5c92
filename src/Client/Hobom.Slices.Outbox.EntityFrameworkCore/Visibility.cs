using System.Reflection;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>How a value is told; the later, the less.</summary>
enum Showing
{
    Whole,
    Masked,
    LeftOut,
}

/// <summary>
/// What options and attributes say of a value: of its own property, and of each that it lies in, for an owned or complex one is hidden
/// with all that is in it.
/// </summary>
sealed class Visibility(OutboxCaptureOptions options)
{
    /// <summary>Whether rows of the type make events.</summary>
    public bool IsCaptured(IReadOnlyEntityType type) => options.Captures(type.ClrType) && Of(type) is not Showing.LeftOut;

    /// <summary>Of what is owned: as the least that is shown of it and its owners, up to the one that nobody owns.</summary>
    public Showing Of(IReadOnlyEntityType type)
    {
        var shown = Showing.Whole;
        for (var part = type; part.FindOwnership() is { } ownership; part = ownership.PrincipalEntityType)
            shown = Less(shown, Of(ownership.PrincipalToDependent?.PropertyInfo, part.ClrType));
        return shown;
    }

    /// <param name="within">Of what it lies in.</param>
    public Showing Of(IReadOnlyComplexProperty property, Showing within) =>
        Less(within, Of(property.PropertyInfo, property.ComplexType.ClrType));

    /// <inheritdoc cref="Of(IReadOnlyComplexProperty, Showing)"/>
    /// <returns>Of a row's key always the whole, whatever it lies in.</returns>
    /// <exception cref="InvalidOperationException">A key is to be hidden.</exception>
    public Showing Of(IReadOnlyProperty property, Showing within)
    {
        var shown = Of(property.PropertyInfo, property.ClrType);
        if (property.GetElementType() is { } element) shown = Less(shown, Of(null, element.ClrType));
        if (!property.IsPrimaryKey()) return Less(within, shown);
        return shown is Showing.Whole
            ? property.DeclaringType is IReadOnlyEntityType type && RowCapture.IsPartOfOwner(type) ? within : shown
            : throw new InvalidOperationException(
                $"{property.DeclaringType.ShortName()}.{property.Name} is a key: events cannot go without it");
    }

    public static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    Showing Of(PropertyInfo? member, Type type) =>
        options.Leaves(member) || !options.Captures(Plain(type)) ? Showing.LeftOut
        : options.Masks(member) ? Showing.Masked
        : Showing.Whole;

    static Showing Less(Showing one, Showing other) => one > other ? one : other;
}
