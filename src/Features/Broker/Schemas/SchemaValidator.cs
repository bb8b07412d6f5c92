using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using NJsonSchema;
using NJsonSchema.Validation;

namespace Hobom.Slices.Broker.Schemas;

/// <summary>
/// The library's, with an end: a schema can refer to itself, look at one value again and again, or have a pattern that tries all
/// ways there are. For one payload: make another for the next. It throws <see cref="InvalidOperationException"/> where a limit is
/// reached, for that is the way out through the library.
/// </summary>
sealed class SchemaValidator : JsonSchemaValidator
{
    /// <summary>What all patterns of a schema may take together.</summary>
    public static readonly TimeSpan PatternTime = TimeSpan.FromSeconds(2);

    /// <summary>A schema looking at a value once; a payload of a megabyte may have half as many values.</summary>
    const int LookLimit = 1_000_000;

    const int DepthLimit = 1000;

    TimeSpan patternTime = PatternTime;
    int looks;
    int depth;

    protected override ICollection<ValidationError> Validate(
        JToken token, JsonSchema schema, SchemaType schemaType, string? propertyName, string propertyPath)
    {
        if (++looks > LookLimit) throw new InvalidOperationException($"it looks at the payload's values more than {LookLimit:N0} times");
        if (depth >= DepthLimit || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new InvalidOperationException("it is nested too deep, or leads back to itself");
        MatchInTime(token, schema);
        depth++;
        var errors = base.Validate(token, schema, schemaType, propertyName, propertyPath);
        depth--;
        return errors;
    }

    /// <summary>The library matches without a limit: what goes through here goes through there.</summary>
    void MatchInTime(JToken token, JsonSchema schema)
    {
        if (token.Type is JTokenType.String && !string.IsNullOrEmpty(schema.Pattern)) MatchInTime(token.Value<string>()!, schema.Pattern);
        if (token is not JObject members) return;
        foreach (var pattern in schema.PatternProperties.Keys)
            foreach (var member in members.Properties())
                MatchInTime(member.Name, pattern);
    }

    void MatchInTime(string text, string pattern)
    {
        var begun = Stopwatch.GetTimestamp();
        if (patternTime <= TimeSpan.Zero) throw new InvalidOperationException(TooLong(pattern));
        try
        {
            Regex.IsMatch(text, pattern, RegexOptions.None, patternTime);
        }
        catch (RegexMatchTimeoutException endless)
        {
            throw new InvalidOperationException(TooLong(pattern), endless);
        }

        patternTime -= Stopwatch.GetElapsedTime(begun);
    }

    static string TooLong(string pattern) => $"its patterns take longer than {PatternTime.TotalSeconds:0} s, at last {pattern}";
}
