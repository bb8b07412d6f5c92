using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Replays;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Polling;
using Hobom.Slices.Tests.Fast.Shared.Runtime.Leases;
using LanguageExt;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Replays;

public sealed class JobFlowsTests
{
    readonly FakeTimeProvider clock = new();
    readonly FakeLeases first;
    readonly FakeLeases second;
    readonly ReplayJob job = ReplayJob.Planned(
        "job", default, "anna", new ReplayJobOptions(),
        new ReplayPlan(3, [new("first", 1), new("second", 1), new("off", 1)], [], null, null, []), null);

    public JobFlowsTests() => (first, second) = (new FakeLeases(clock), new FakeLeases(clock));

    [Fact]
    public void A_job_runs_where_all_its_flows_are_held_those_that_do_not_run_here_aside() => OnOneThread.Run(() =>
    {
        var (here, there) = (NewProcess(), NewProcess());
        Assert.True(here.AskAsync(job).Ended());
        Assert.True(here.AreHeld(job));
        Assert.False(there.AskAsync(job).Ended());
        Assert.False(there.AreHeld(job));
    });

    [Fact]
    public void Of_two_processes_with_a_flow_each_the_one_without_the_first_gives_way() => OnOneThread.Run(() =>
    {
        var (here, there) = (NewProcess(out var mine, out _), NewProcess(out _, out var theirs));
        Assert.IsType<LeaseAnswer.Held>(mine.TryAcquireAsync().Ended());
        Assert.IsType<LeaseAnswer.Held>(theirs.TryAcquireAsync().Ended());
        Assert.False(here.AskAsync(job).Ended());
        Assert.True(mine.IsHeld);
        Assert.False(there.AskAsync(job).Ended());
        Assert.False(theirs.IsHeld);
        Assert.True(here.AskAsync(job).Ended());
    });

    [Fact]
    public void Of_a_divided_flow_a_job_of_few_letters_asks_for_their_shards_and_one_of_many_gathers_them_all() => OnOneThread.Run(() =>
    {
        FakeLeases[] kept = [.. Enumerable.Range(0, 4).Select(_ => new FakeLeases(clock))];
        var (here, mine) = NewSharer(kept);
        var (there, theirs) = NewSharer(kept);
        foreach (var number in new[] { 0, 1 }) Assert.IsType<LeaseAnswer.Held>(mine.All[number].TryAcquireAsync().Ended());
        foreach (var number in new[] { 2, 3 }) Assert.IsType<LeaseAnswer.Held>(theirs.All[number].TryAcquireAsync().Ended());
        Assert.True(here.AreDivided(job));

        var letters = Option<IReadOnlyCollection<DeadLetterKey>>.Some(
        [
            .. Enumerable.Range(0, 100).Select(n => new DeadLetterKey(new Category("first"), $"e{n}")).Where(key => theirs.Count.Of(key) == 2),
            new DeadLetterKey(new Category("off"), "x"),
        ]);
        Assert.False(here.AskAsync(job, letters).Ended());
        Assert.True(there.AskAsync(job, letters).Ended());
        Assert.Equal([0, 1], mine.Held);
        Assert.Equal([2, 3], theirs.Held);

        Assert.False(here.AskAsync(job).Ended());
        Assert.False(there.AskAsync(job).Ended());
        Assert.Empty(theirs.Held);
        Assert.True(here.AskAsync(job).Ended());
        Assert.True(here.AreHeld(job));
    });

    (JobFlows Flows, FlowLeases Leases) NewSharer(FakeLeases[] kept)
    {
        var me = FakeLeases.NewProcess();
        var leases = FlowLeases.Divided(
            [.. kept.Select((k, n) => k.NewLease(me, shard: new FlowShard(new Category("first"), n, new ShardCount(kept.Length))))],
            new ShardPort(
                (_, _) => throw new InvalidOperationException("it looks for its share"),
                _ => throw new InvalidOperationException("it leaves")),
            me, clock, () => 0, NullLogger.Instance);
        return (new JobFlows([SliceOf("first", leases)]), leases);
    }

    JobFlows NewProcess() => NewProcess(out _, out _);

    JobFlows NewProcess(out FlowLease firstFlow, out FlowLease secondFlow)
    {
        (firstFlow, secondFlow) = (first.NewLease(), second.NewLease());
        return new JobFlows([SliceOf("second", FlowLeases.Whole(secondFlow)), SliceOf("first", FlowLeases.Whole(firstFlow))]);
    }

    Slice SliceOf(string category, FlowLeases leases) => new(
        category, new RelayRoute("SAMPLE", "samples", new Category(category)), "nowhere:1",
        new PollingLoop(
            category, _ => Task.FromResult(new VisitReport(0, 0, 0, 0, 0, null, null)), PollCadence.Resting(TimeSpan.FromSeconds(5)),
            leases, clock, () => 0, NullLogger.Instance),
        new FlowOperations(_ => throw new InvalidOperationException("it replays"), () => false, () => Task.CompletedTask, _ => null),
        id => id.Value, new PayloadRules(_ => null, _ => throw new InvalidOperationException("it reads a row"), Visibility.Names, Visibility.Names));
}
