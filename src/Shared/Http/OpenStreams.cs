using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Http;

/// <summary>
/// How many streams of server-sent events are open. One for all routes: each holds a connection as long as it lasts, and who asks
/// whether the process is alive needs one too.
/// </summary>
public sealed class OpenStreams
{
    /// <summary>Of one kind, for one caller.</summary>
    public const int Limit = 20;

    /// <summary>Connections of a process at a time, whatever they are for. One more is closed unheard.</summary>
    public const int ConnectionLimit = 1000;

    /// <summary>Of one kind, for all callers: none keeps the others out.</summary>
    public const int KindLimit = ConnectionLimit / 2;

    /// <summary>Of all kinds: a quarter of the connections is for everybody else.</summary>
    public const int WholeLimit = ConnectionLimit * 3 / 4;

    readonly Lock gate = new();
    readonly Dictionary<(string Kind, string? Caller), int> open = [];

    /// <summary>True where there is room for one more, which is to be left again.</summary>
    /// <param name="kind">Of what it tells, for people: <c>changes</c>.</param>
    /// <param name="caller">Null where each may have as many as there are.</param>
    public bool TryEnter(string kind, string? caller, [NotNullWhen(false)] out StreamRefusal? refusal)
    {
        lock (gate)
        {
            var count = open.GetValueOrDefault((kind, caller));
            refusal = caller is not null && count >= Limit
                ? new StreamRefusal(StatusCodes.Status429TooManyRequests, $"{Limit} streams of {kind} are open already")
                : open.Values.Sum() >= WholeLimit || open.Where(o => o.Key.Kind == kind).Sum(o => o.Value) >= KindLimit
                    ? new StreamRefusal(StatusCodes.Status503ServiceUnavailable, $"too many streams of {kind} are open in this process")
                    : null;
            if (refusal is null) open[(kind, caller)] = count + 1;
            return refusal is null;
        }
    }

    public void Leave(string kind, string? caller)
    {
        lock (gate)
        {
            if (open[(kind, caller)] == 1) open.Remove((kind, caller));
            else open[(kind, caller)]--;
        }
    }
}

/// <summary>Why a stream is not opened.</summary>
/// <param name="Status">429 where the caller has too many, 503 where the process has.</param>
public sealed record StreamRefusal(int Status, string Error)
{
    /// <summary>Streams end within minutes, so somebody leaves soon where many are open.</summary>
    const string RetryAfterSeconds = "10";

    /// <returns>What to answer with; the header that goes with it is set.</returns>
    public ErrorAnswer AnswerOn(HttpResponse response)
    {
        if (Status == StatusCodes.Status503ServiceUnavailable) response.Headers.RetryAfter = RetryAfterSeconds;
        return new ErrorAnswer(Error);
    }
}
