using System.Globalization;
using System.Text.RegularExpressions;
using FluentValidation.Results;
using Hobom.Slices.Http;

namespace Hobom.Slices.Host.Guards;

/// <summary>
/// What is said of a body that is not the JSON that is wanted. The reader's own messages name types of this program, and a
/// place in words of their own.
/// </summary>
static partial class BadBody
{
    const string Whole = "body";

    public static ErrorAnswer Of(IReadOnlyList<ValidationFailure> failures, string traceId)
    {
        var (error, field) = failures.Count == 0
            ? ("the request cannot be read", null)
            : Tell(failures[0].PropertyName, failures[0].ErrorMessage);
        return new ErrorAnswer(error) { Field = field, TraceId = traceId };
    }

    static (string Error, string? Field) Tell(string property, string message)
    {
        var field = property.Equals("serializerErrors", StringComparison.OrdinalIgnoreCase) ? Whole : property;
        if (Unmapped().Match(message) is { Success: true } unmapped)
        {
            var name = unmapped.Groups["name"].Value;
            return ($"there is no field '{name}'", field == Whole ? name : field);
        }

        if (NotUnicode().IsMatch(message)) return ($"{field} holds text that is not Unicode", field);
        if (OfAnotherType().IsMatch(message)) return ($"{field} is of the wrong type", field);
        if (Place().Match(message) is not { Success: true } place) return (message, field);
        return ($"{Whole} is not JSON: line {After("line")}, position {After("position")}", field);

        int After(string group) => 1 + int.Parse(place.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("The JSON property '(?<name>.{1,100}?)' could not be mapped", RegexOptions.NonBacktracking)]
    private static partial Regex Unmapped();

    [GeneratedRegex("UTF-8|UTF-16", RegexOptions.NonBacktracking)]
    private static partial Regex NotUnicode();

    [GeneratedRegex("could not be converted|Cannot get the value of a token type|out of bounds", RegexOptions.NonBacktracking)]
    private static partial Regex OfAnotherType();

    [GeneratedRegex(@"LineNumber: (?<line>\d{1,9}) \| BytePositionInLine: (?<position>\d{1,9})", RegexOptions.NonBacktracking)]
    private static partial Regex Place();
}
