namespace Grpc.Core;

/// <summary>What a caller says of one call.</summary>
public readonly struct CallOptions
{
    /// <param name="headers">Sent as request metadata.</param>
    /// <param name="deadline">UTC; null or <see cref="DateTime.MaxValue"/> mean no deadline.</param>
    /// <param name="cancellationToken">Ends the call with <see cref="StatusCode.Cancelled"/>.</param>
    public CallOptions(
        Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default)
    {
        Headers = headers;
        Deadline = deadline;
        CancellationToken = cancellationToken;
    }

    public Metadata? Headers { get; }

    public DateTime? Deadline { get; }

    public CancellationToken CancellationToken { get; }

    public CallOptions WithHeaders(Metadata headers) => new(headers, Deadline, CancellationToken);

    public CallOptions WithDeadline(DateTime deadline) => new(Headers, deadline, CancellationToken);

    public CallOptions WithCancellationToken(CancellationToken cancellationToken) =>
        new(Headers, Deadline, cancellationToken);
}
