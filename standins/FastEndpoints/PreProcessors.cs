using FluentValidation.Results;
using Microsoft.AspNetCore.Http;

namespace FastEndpoints;

public interface IPreProcessorContext
{
    object? Request { get; }

    HttpContext HttpContext { get; }

    List<ValidationFailure> ValidationFailures { get; }
}

public interface IPreProcessorContext<out TRequest> : IPreProcessorContext
{
    new TRequest Request { get; }
}

/// <summary>Runs before the handler; when it sends a response, the handler does not run. One instance serves all requests.</summary>
public interface IPreProcessor<in TRequest>
{
    Task PreProcessAsync(IPreProcessorContext<TRequest> context, CancellationToken ct);
}

/// <summary>The same for endpoints of any request type, attached by a group or the configurator.</summary>
public interface IGlobalPreProcessor
{
    Task PreProcessAsync(IPreProcessorContext context, CancellationToken ct);
}

sealed record PreProcessorContext<TRequest>(
    TRequest Request, HttpContext HttpContext, List<ValidationFailure> ValidationFailures) : IPreProcessorContext<TRequest>
{
    object? IPreProcessorContext.Request => Request;
}
