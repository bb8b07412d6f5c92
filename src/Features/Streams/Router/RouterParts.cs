using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Redis;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Streams;

/// <summary>What the router is made of.</summary>
/// <param name="Process">Of this run: no two have the same.</param>
/// <param name="NewConnection">One that may wait for its answer: nothing else goes over it.</param>
/// <param name="IsPaused">By an operator.</param>
public sealed record RouterParts(
    string Process,
    RouterSettings Settings,
    HandlerRegistry Handlers,
    RedisConnection Redis,
    Func<RedisConnection> NewConnection,
    LetterPort Letters,
    Func<bool> IsPaused,
    RouterMeter Meter,
    TimeProvider Clock,
    ILogger Log)
{
    public string Consumer => RouterKeys.ConsumerPrefix + Process;
}
