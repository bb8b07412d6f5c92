using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Polling;
using Hobom.Slices.Tests.Fast.Shared.Runtime.Leases;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Polling;

/// <summary>A loop over visits that a test reports, with a clock that it moves.</summary>
public abstract class PollingLoopTest : IDisposable
{
    protected static readonly VisitReport Nothing = new(0, 0, 0, 0, 0, null, null);
    protected static readonly VisitReport Problem = Nothing with { Found = 4, LeftPending = 4, Problem = "Kafka: away" };
    protected static readonly VisitReport FullPage = Nothing with { Found = 500, Delivered = 490, MarkedLate = 7, DeadLettered = 3 };

    readonly Queue<Func<Task<VisitReport>>> reports = [];

    protected PollingLoopTest()
    {
        Start = Clock.GetUtcNow();
        Leases = new FakeLeases(Clock);
        Loop = new PollingLoop(
            "samples", VisitAsync, PollCadence.Resting(TimeSpan.FromSeconds(5)), FlowLeases.Whole(Leases.NewLease(log: Log)), Clock, () => 0, Log);
    }

    private protected FakeClock Clock { get; } = new();

    private protected LogLines Log { get; } = new();

    private protected FakeLeases Leases { get; }

    protected DateTimeOffset Start { get; }

    protected PollingLoop Loop { get; }

    /// <summary>When each began, in seconds after the start.</summary>
    protected List<double> Visits { get; } = [];

    protected CancellationTokenSource Stop { get; } = new();

    public void Dispose()
    {
        Stop.Dispose();
        GC.SuppressFinalize(this);
    }

    protected void Run(Action check) => OnOneThread.Run(() =>
    {
        var running = Loop.RunAsync(Stop.Token);
        check();
        Stop.Cancel();
        Assert.Equal(TaskStatus.RanToCompletion, running.Status);
        Assert.True(Loop.Leases.CloseAsync().IsCompletedSuccessfully);
        Assert.Null(Clock.UntilNextTimer);
    });

    protected void Report(params VisitReport[] next)
    {
        foreach (var report in next) reports.Enqueue(() => Task.FromResult(report));
    }

    /// <summary>A visit that ends when it is told to.</summary>
    protected TaskCompletionSource<VisitReport> SlowVisit()
    {
        var visit = new TaskCompletionSource<VisitReport>();
        reports.Enqueue(() => visit.Task);
        return visit;
    }

    protected void Throw(Exception bug) => reports.Enqueue(() => throw bug);

    Task<VisitReport> VisitAsync(CancellationToken stopping)
    {
        Visits.Add((Clock.GetUtcNow() - Start).TotalSeconds);
        return reports.TryDequeue(out var report) ? report() : Task.FromResult(Nothing);
    }
}
