namespace Hobom.Slices.Outbox;

/// <summary>On a property: its value is in no captured event. On a class: changes of it make none.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public sealed class OutboxIgnoreAttribute : Attribute;

/// <summary>Captured events show <c>***</c> instead of the value; null stays null.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OutboxMaskAttribute : Attribute;
