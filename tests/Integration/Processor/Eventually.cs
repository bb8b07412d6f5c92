using System.Diagnostics;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>Asks again and again, generously long: a busy machine is no failure.</summary>
public static class Eventually
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <param name="otherwise">What to say when the time is over.</param>
    public static async Task TrueAsync(Func<Task<bool>> question, TimeSpan? limit, Func<string> otherwise)
    {
        var since = Stopwatch.StartNew();
        while (!await question())
        {
            if (since.Elapsed > (limit ?? Limit)) throw new TimeoutException(otherwise());
            await Task.Delay(Interval);
        }
    }
}
