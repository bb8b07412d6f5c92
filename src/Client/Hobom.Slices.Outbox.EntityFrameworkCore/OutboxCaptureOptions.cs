using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>Who changes something; both are part of the event.</summary>
public sealed record OutboxCaller(long UserId, string SessionId);

/// <summary>What is captured, and how it is shown.</summary>
public sealed class OutboxCaptureOptions
{
    readonly HashSet<Type> ignoredTypes = [];
    readonly HashSet<MemberInfo> ignored = [];
    readonly HashSet<MemberInfo> masked = [];

    public OutboxWriterOptions Writer { get; set; } = new();

    /// <summary>Who made the events; the predecessor's word where nothing is said.</summary>
    public string Source { get; set; } = "database";

    public string SourceModule { get; set; } = "";

    public bool Create { get; set; } = true;

    public bool Update { get; set; } = true;

    public bool Delete { get; set; } = true;

    /// <summary>
    /// Off by default: each entity that a query makes is an event, and each query writes. Takes effect through
    /// <see cref="OutboxExtensions.UseOutbox(DbContextOptionsBuilder, Action{OutboxCaptureOptions}?)"/>.
    /// </summary>
    public bool Read { get; set; }

    /// <summary>Asked at each save.</summary>
    public Func<DbContext, OutboxCaller?>? Caller { get; set; }

    /// <summary>Changes of the type make no events, and where it is a part of another type's rows, it is in none of theirs.</summary>
    public OutboxCaptureOptions Ignore<TEntity>()
    {
        ignoredTypes.Add(typeof(TEntity));
        return this;
    }

    /// <summary>
    /// The property's value is in no event; that of an owned or complex type with all that is in it. A key cannot be left out, and a
    /// member that is not mapped is refused at the first save.
    /// </summary>
    public OutboxCaptureOptions Ignore<TEntity>(Expression<Func<TEntity, object?>> property)
    {
        ignored.Add(MemberOf(property));
        return this;
    }

    /// <summary>
    /// Events show <c>***</c>, and so for each value of an owned or complex type. A key cannot be hidden, and a member that is not mapped
    /// is refused at the first save.
    /// </summary>
    public OutboxCaptureOptions Mask<TEntity>(Expression<Func<TEntity, object?>> property)
    {
        masked.Add(MemberOf(property));
        return this;
    }

    internal IEnumerable<MemberInfo> Named => ignored.Concat(masked);

    internal bool Captures(Type type) =>
        !ignoredTypes.Any(t => t.IsAssignableFrom(type)) && type.GetCustomAttribute<OutboxIgnoreAttribute>(inherit: true) is null;

    internal bool Leaves(MemberInfo? property) => Has<OutboxIgnoreAttribute>(ignored, property);

    internal bool Masks(MemberInfo? property) => Has<OutboxMaskAttribute>(masked, property);

    internal bool Wants(EntityState state) => state switch
    {
        EntityState.Added => Create,
        EntityState.Modified => Update,
        EntityState.Deleted => Delete,
        EntityState.Unchanged or EntityState.Detached => false,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static bool Has<TAttribute>(HashSet<MemberInfo> named, MemberInfo? property)
        where TAttribute : Attribute =>
        property is not null
        && (property.GetCustomAttribute<TAttribute>() is not null
            || named.Any(m => m.Name == property.Name && m.DeclaringType!.IsAssignableFrom(property.ReflectedType)));

    static MemberInfo MemberOf<TEntity>(Expression<Func<TEntity, object?>> property) =>
        (property.Body is UnaryExpression converted ? converted.Operand : property.Body) is MemberExpression { Member: PropertyInfo member }
            ? member
            : throw new ArgumentException($"{property} names no property", nameof(property));
}
