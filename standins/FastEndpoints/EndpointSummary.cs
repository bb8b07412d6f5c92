using System.Linq.Expressions;

namespace FastEndpoints;

/// <summary>What the API document says about an endpoint. Status codes and parameter names are the keys.</summary>
public class EndpointSummary
{
    public string Summary { get; set; } = "";

    public string Description { get; set; } = "";

    /// <summary>Setting it again adds another example.</summary>
    public object? ExampleRequest
    {
        get => RequestExamples.FirstOrDefault()?.Value;
        set
        {
            if (value is not null)
                RequestExamples.Add(new(value));
        }
    }

    public ICollection<RequestExample> RequestExamples { get; } = [];

    public Dictionary<int, object> ResponseExamples { get; set; } = [];

    public Dictionary<int, string> Responses { get; set; } = [];

    public Dictionary<string, string> Params { get; set; } = new(StringComparer.OrdinalIgnoreCase);
}

public class EndpointSummary<TRequest> : EndpointSummary where TRequest : notnull
{
    public void RequestParam(Expression<Func<TRequest, object?>> property, string description) =>
        Params[property.MemberName()] = description;
}

public sealed class RequestExample(object value, string? label = null)
{
    public object Value { get; } = value;

    public string? Label { get; } = label;
}

static class ExpressionNames
{
    public static string MemberName<T>(this Expression<Func<T, object?>> property) =>
        (property.Body is UnaryExpression { Operand: var inner } ? inner : property.Body) is MemberExpression member
            ? member.Member.Name
            : throw new ArgumentException($"{property} does not name a property.", nameof(property));
}
