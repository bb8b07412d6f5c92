namespace Hobom.Slices.Tests.Fast;

/// <summary>Without the test runner's context a continuation runs where its task is completed: no second thread takes part.</summary>
static class OnOneThread
{
    public static T Run<T>(Func<T> work)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return work();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    public static void Run(Action work) =>
        Run(() =>
        {
            work();
            return true;
        });

    /// <summary>What it came to; it must have ended by now.</summary>
    public static T Ended<T>(this Task<T> task)
    {
        Assert.True(task.IsCompleted, "it has not ended");
        return task.GetAwaiter().GetResult();
    }
}
