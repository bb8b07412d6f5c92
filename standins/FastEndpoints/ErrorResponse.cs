using FluentValidation.Results;

namespace FastEndpoints;

/// <summary>The default body of an error: the messages of each field by its name.</summary>
public sealed class ErrorResponse
{
    public ErrorResponse()
    {
    }

    public ErrorResponse(List<ValidationFailure> failures, int statusCode = 400)
    {
        StatusCode = statusCode;
        Errors = failures.GroupBy(f => f.PropertyName, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Select(f => f.ErrorMessage).ToList(), StringComparer.Ordinal);
    }

    public int StatusCode { get; set; } = 400;

    public string Message { get; set; } = "One or more errors occurred!";

    public Dictionary<string, List<string>> Errors { get; set; } = [];
}

/// <summary>Ends a handler with the error response; the endpoint catches it.</summary>
public sealed class ValidationFailureException(IEnumerable<ValidationFailure> failures, string message) : Exception(message)
{
    public IEnumerable<ValidationFailure>? Failures { get; } = failures;

    public int? StatusCode { get; init; }
}
