using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>A call under way: one request, one response. Awaiting it awaits the response.</summary>
public sealed class AsyncUnaryCall<TResponse> : IDisposable
{
    private readonly Func<object, Task<Metadata>> responseHeaders;
    private readonly Func<object, Status> getStatus;
    private readonly Func<object, Metadata> getTrailers;
    private readonly Action<object> dispose;
    private readonly object state;

    public AsyncUnaryCall(
        Task<TResponse> responseAsync,
        Task<Metadata> responseHeadersAsync,
        Func<Status> getStatusFunc,
        Func<Metadata> getTrailersFunc,
        Action disposeAction)
        : this(responseAsync, _ => responseHeadersAsync, _ => getStatusFunc(), _ => getTrailersFunc(), _ => disposeAction(), new object())
    {
    }

    public AsyncUnaryCall(
        Task<TResponse> responseAsync,
        Func<object, Task<Metadata>> responseHeadersAsync,
        Func<object, Status> getStatusFunc,
        Func<object, Metadata> getTrailersFunc,
        Action<object> disposeAction,
        object state)
    {
        ResponseAsync = responseAsync;
        responseHeaders = responseHeadersAsync;
        getStatus = getStatusFunc;
        getTrailers = getTrailersFunc;
        dispose = disposeAction;
        this.state = state;
    }

    /// <summary>The response, or an <see cref="RpcException"/>.</summary>
    public Task<TResponse> ResponseAsync { get; }

    /// <summary>Done as soon as the response's headers are here, before its message.</summary>
    public Task<Metadata> ResponseHeadersAsync => responseHeaders(state);

    public TaskAwaiter<TResponse> GetAwaiter() => ResponseAsync.GetAwaiter();

    public ConfiguredTaskAwaitable<TResponse> ConfigureAwait(bool continueOnCapturedContext) =>
        ResponseAsync.ConfigureAwait(continueOnCapturedContext);

    /// <exception cref="InvalidOperationException">The call has not finished.</exception>
    public Status GetStatus() => getStatus(state);

    /// <exception cref="InvalidOperationException">The call has not finished.</exception>
    public Metadata GetTrailers() => getTrailers(state);

    /// <summary>Cancels a call that has not finished; of a finished one it only lets go.</summary>
    public void Dispose() => dispose(state);
}
