using Hobom.Slices.Runtime.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>Keeps whether Redis answers and accepts writes, and writes one line when that changes.</summary>
sealed class RedisHealth(RedisAddress address, TimeProvider clock, ILogger logger)
{
    readonly Lock gate = new();
    RedisState state = new(RedisReach.Untried, clock.GetUtcNow(), "");
    long lastAnswer = long.MinValue;
    long silentSince;
    bool closed;

    public RedisState State
    {
        get
        {
            lock (gate) return state;
        }
    }

    /// <summary>Since the last answer, or the last dial where that is later.</summary>
    public TimeSpan SilentFor
    {
        get
        {
            lock (gate) return clock.GetElapsedTime(silentSince);
        }
    }

    public void NoteDial()
    {
        lock (gate) silentSince = clock.GetTimestamp();
    }

    /// <param name="isProof">A Redis that refuses would have refused this.</param>
    public void NoteAnswer(bool isProof)
    {
        lock (gate)
        {
            lastAnswer = silentSince = clock.GetTimestamp();
            if (closed || state.Reach == RedisReach.Up || (state.Reach == RedisReach.Refusing && !isProof)) return;
            state = new RedisState(RedisReach.Up, clock.GetUtcNow(), "");
        }

        logger.LogInformation(LogEvents.Named("redis.well"), "Redis at {Address} answers", address);
    }

    /// <param name="isProof">It was refused what the work needs, and not some command beside it.</param>
    public void NoteRefusal(RedisRefusal refusal, bool isProof)
    {
        if (refusal.Scope is RefusalScope.Command) NoteAnswer(isProof: false);
        else if (isProof || !refusal.IsOfOneRight) NoteRefusing(refusal.Reason);
    }

    /// <param name="begun">When what failed began: an answer since then says more about how things stand.</param>
    public void NoteFailure(long begun, string detail)
    {
        lock (gate)
        {
            if (closed || state.Reach == RedisReach.Down || lastAnswer > begun) return;
            state = new RedisState(RedisReach.Down, clock.GetUtcNow(), detail);
        }

        logger.LogWarning(LogEvents.Named("redis.down"), "Redis at {Address} does not answer: {Detail}", address, detail);
    }

    /// <summary>What it says from now on is no concern: this process closes the connection.</summary>
    public void Close()
    {
        lock (gate) closed = true;
    }

    void NoteRefusing(string reason)
    {
        lock (gate)
        {
            lastAnswer = silentSince = clock.GetTimestamp();
            if (closed || (state.Reach == RedisReach.Refusing && state.Detail == reason)) return;
            state = new RedisState(RedisReach.Refusing, clock.GetUtcNow(), reason);
        }

        logger.LogWarning(LogEvents.Named("redis.refusing"), "Redis at {Address} refuses: {Reason}", address, reason);
    }
}
