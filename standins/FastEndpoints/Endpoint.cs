using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using FluentValidation.Results;
using Microsoft.AspNetCore.Http;

namespace FastEndpoints;

public abstract class Endpoint<TRequest> : Endpoint<TRequest, object?> where TRequest : notnull;

/// <summary>Binds a <typeparamref name="TRequest"/>, handles it, answers with a <typeparamref name="TResponse"/>.</summary>
public abstract partial class Endpoint<TRequest, TResponse> : BaseEndpoint where TRequest : notnull
{
    TResponse? response;
    ResponseSender<TRequest, TResponse>? send;

    /// <summary>A blank response before the handler ran; sent with 200 when the handler sends nothing itself.</summary>
    public TResponse Response
    {
        get => response ??= CreateResponse();
        set => response = value;
    }

    public ResponseSender<TRequest, TResponse> Send => send ??= new(this);

    public virtual Task HandleAsync(TRequest req, CancellationToken ct) =>
        throw new NotImplementedException($"{GetType()} overrides neither HandleAsync nor ExecuteAsync.");

    /// <summary>The alternative to <see cref="HandleAsync"/>: what it returns, an <see cref="IResult"/> too, is sent.</summary>
    public virtual Task<TResponse> ExecuteAsync(TRequest req, CancellationToken ct) =>
        throw new NotImplementedException($"{GetType()} overrides neither HandleAsync nor ExecuteAsync.");

    protected void AddError(ValidationFailure failure) => ValidationFailures.Add(failure);

    protected void AddError(string message) => AddError(new ValidationFailure(ErrorOptions.GeneralErrors, message));

    protected void AddError(Expression<Func<TRequest, object?>> property, string errorMessage) =>
        AddError(new ValidationFailure(property.MemberName(), errorMessage));

    protected void ThrowIfAnyErrors(int? statusCode = null)
    {
        if (ValidationFailed)
            throw new ValidationFailureException(ValidationFailures, "One or more errors were added.") { StatusCode = statusCode };
    }

    [DoesNotReturn]
    protected void ThrowError(ValidationFailure failure, int? statusCode = null)
    {
        AddError(failure);
        throw new ValidationFailureException(ValidationFailures, failure.ErrorMessage) { StatusCode = statusCode };
    }

    [DoesNotReturn]
    protected void ThrowError(string message, int? statusCode = null) =>
        ThrowError(new ValidationFailure(ErrorOptions.GeneralErrors, message), statusCode);

    [DoesNotReturn]
    protected void ThrowError(Expression<Func<TRequest, object?>> property, string errorMessage, int? statusCode = null) =>
        ThrowError(new ValidationFailure(property.MemberName(), errorMessage), statusCode);

    internal override async Task ExecAsync(CancellationToken ct)
    {
        try
        {
            var request = (TRequest)await Definition.Binder.BindAsync(
                HttpContext, Definition.Settings.Serializer.Options, ValidationFailures, ct);
            foreach (var processor in Definition.PreProcessors)
                await processor(new PreProcessorContext<TRequest>(request, HttpContext, ValidationFailures), ct);
            if (!HttpContext.ResponseStarted())
                await RunHandlerAsync(request, ct);
        }
        catch (ValidationFailureException invalid) when (!HttpContext.ResponseStarted())
        {
            var status = invalid.StatusCode ?? Definition.Settings.Errors.StatusCode;
            await HttpContext.Response.SendErrorsAsync(ValidationFailures, status, cancellation: ct);
        }
    }

    async Task RunHandlerAsync(TRequest request, CancellationToken ct)
    {
        if (Definition.OverridesExecute)
            response = await ExecuteAsync(request, ct);
        else
            await HandleAsync(request, ct);

        if (HttpContext.ResponseStarted())
            return;
        if (response is IResult result)
            await Send.ResultAsync(result);
        else if (typeof(TResponse) == typeof(object) && response is null)
            await Send.NoContentAsync(ct);
        else
            await Send.OkAsync(Response, ct);
    }

    static TResponse CreateResponse() =>
        typeof(TResponse).IsValueType || typeof(TResponse).GetConstructor(Type.EmptyTypes) is not null
            ? Activator.CreateInstance<TResponse>()
            : throw new NotSupportedException($"Create the {typeof(TResponse)} yourself and assign it to Response.");
}

/// <summary>The request of an endpoint that has none.</summary>
public readonly record struct EmptyRequest;

public abstract class EndpointWithoutRequest : EndpointWithoutRequest<object?>;

public abstract class EndpointWithoutRequest<TResponse> : Endpoint<EmptyRequest, TResponse>
{
    public virtual Task HandleAsync(CancellationToken ct) =>
        throw new NotImplementedException($"{GetType()} overrides neither HandleAsync nor ExecuteAsync.");

    public virtual Task<TResponse> ExecuteAsync(CancellationToken ct) =>
        throw new NotImplementedException($"{GetType()} overrides neither HandleAsync nor ExecuteAsync.");

    public sealed override Task HandleAsync(EmptyRequest req, CancellationToken ct) => HandleAsync(ct);

    public sealed override Task<TResponse> ExecuteAsync(EmptyRequest req, CancellationToken ct) => ExecuteAsync(ct);
}
