using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>
/// Holds the options against each model once: one that names a member of a type that is mapped, and nothing that is mapped of it, would
/// hide nothing, and nobody would know. Types that a model does not have may be another's.
/// </summary>
sealed class NamedMembers(OutboxCaptureOptions options)
{
    readonly ConditionalWeakTable<IModel, object> looked = [];

    /// <exception cref="InvalidOperationException">With the member's name.</exception>
    public void Check(IModel model)
    {
        if (looked.TryGetValue(model, out _)) return;
        var types = model.GetEntityTypes().SelectMany(Types).ToList();
        foreach (var member in options.Named)
        {
            var having = types.Where(t => member.DeclaringType!.IsAssignableFrom(t.Type)).ToList();
            if (having.Count > 0 && !having.Exists(t => t.Members.Contains(member.Name)))
                throw new InvalidOperationException(
                    $"{member.DeclaringType!.Name}.{member.Name} is neither a mapped property nor a complex or owned part: "
                    + "to leave it out, or to mask it, would hide nothing");
        }

        looked.AddOrUpdate(model, model);
    }

    static IEnumerable<(Type Type, IReadOnlyList<string> Members)> Types(IEntityType type) =>
        Types(type, type.GetNavigations().Where(n => n.ForeignKey.IsOwnership && !n.IsOnDependent));

    /// <summary>The type and its complex parts; the types of its values, which a converter makes a column of, have no members.</summary>
    static IEnumerable<(Type Type, IReadOnlyList<string> Members)> Types(ITypeBase type, IEnumerable<INavigation> owned) =>
    [
        (type.ClrType, [.. type.GetProperties().Concat<IPropertyBase>(type.GetComplexProperties()).Concat(owned).Select(m => m.Name)]),
        .. type.GetProperties().Select(p => (Visibility.Plain(p.GetElementType()?.ClrType ?? p.ClrType), (IReadOnlyList<string>)[])),
        .. type.GetComplexProperties().SelectMany(c => Types(c.ComplexType, [])),
    ];
}
