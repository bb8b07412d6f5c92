using System.Text.Json;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime;

/// <summary>What may go out as an edited letter's payload, and what of it everybody sees.</summary>
/// <param name="Fault">Why a value may not, or null: what the flow refuses itself, and what its consumers refuse.</param>
/// <param name="ReadRow">The value that the flow makes of a row, as the letter of a refused row holds it; left: why it makes none.</param>
/// <param name="Shown">Of a value, to those who may not see all of a letter.</param>
/// <param name="RowShown">The same of the payload inside a refused row.</param>
public sealed record PayloadRules(
    Func<ReadOnlyMemory<byte>, string?> Fault,
    Func<ReadOnlyMemory<byte>, Either<string, RowValue>> ReadRow,
    Visibility Shown,
    Visibility RowShown)
{
    /// <summary>
    /// The value to publish: what was given, or what the flow makes of it where it is the row that had been refused, mended.
    /// </summary>
    /// <param name="id">Of the letter, whose event stays the same.</param>
    /// <param name="heldRow">Whether the letter is about a refused row.</param>
    /// <returns>Left: the first reason against it.</returns>
    public Either<string, ReadOnlyMemory<byte>> ValueOf(ReadOnlyMemory<byte> given, string id, bool heldRow) =>
        Fault(given) is not { } fault ? given
        : !heldRow || !IsRow(given) ? fault
        : ReadRow(given).Bind(row => ValueOf(row, id));

    Either<string, ReadOnlyMemory<byte>> ValueOf(RowValue row, string id) =>
        row.Id.Value != id ? "the row's eventId cannot be changed"
        : Fault(row.Value) is { } fault ? fault
        : row.Value;

    static bool IsRow(ReadOnlyMemory<byte> given) =>
        ValueShape.Check(
            given, json => json.ValueKind == JsonValueKind.Object && json.TryGetProperty("eventId", out _) ? null : "no row") is null;
}

/// <summary>What a flow makes of one row.</summary>
public sealed record RowValue(EventId Id, ReadOnlyMemory<byte> Value);
