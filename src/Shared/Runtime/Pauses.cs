namespace Hobom.Slices.Runtime;

public static class Pauses
{
    /// <summary>Waits on the given clock; false when the token ended the wait.</summary>
    public static async Task<bool> WaitAsync(TimeSpan wait, TimeProvider clock, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(wait, clock, stopping);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
