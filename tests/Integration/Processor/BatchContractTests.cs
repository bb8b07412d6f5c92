namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>The whole processor over a backend that has the batch contract, or has not, whatever happens in the middle of a page.</summary>
[Collection(TakeoverCollection.Name)]
public sealed class BatchContractTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    const int Rows = 3_000;

    [Theory]
    [InlineData("on")]
    [InlineData("auto")]
    public async Task Rows_come_by_pages_and_are_marked_by_batches_each_with_one_record_or_one_letter(string mode)
    {
        await using var backend = await BatchBackend.StartAsync(hasBatch: true);
        backend.AddMany(Prefix, Rows);
        backend.Add(Prefix + "bad", recipient: "");
        await using var processor = await StartAsync(backend, mode);
        await NoneIsPendingAsync(backend, processor);
        await EachOnceAsync(backend, failed: 1);
        Assert.Contains("no recipient", backend.Rows.Single(r => r.Status == "FAILED").Reason, StringComparison.Ordinal);
        Assert.True(await Neighbours.Plain.KeyExistsAsync($"dlq:menu:{Prefix}bad"));
        Assert.Equal(0, backend.RowMarks);
        Assert.InRange(backend.PageMarks, Rows / 512, Rows / 8);
        await processor.SaysAsync("messages: the backend has the batch contract");
    }

    [Fact]
    public async Task A_backend_without_the_contract_is_asked_once_and_served_as_ever()
    {
        await using var backend = await BatchBackend.StartAsync(hasBatch: false);
        backend.AddMany(Prefix, 100);
        await using var processor = await StartAsync(backend, "auto");
        await NoneIsPendingAsync(backend, processor);
        backend.AddMany(Prefix + "more-", 100);
        await NoneIsPendingAsync(backend, processor);
        await EachOnceAsync(backend);
        // One flow of messages, one of logs.
        Assert.Equal((2, 0, 200), (backend.Claims, backend.PageMarks, backend.RowMarks));
        await processor.SaysAsync("messages: the backend has no batch contract");
    }

    [Fact]
    public async Task Unless_it_is_set_nobody_asks_for_the_contract()
    {
        await using var backend = await BatchBackend.StartAsync(hasBatch: true);
        backend.AddMany(Prefix, 100);
        await using var processor = await RunningProcessor.StartAsync(Neighbours.Settings(("HOBOM_GRPC_ADDR", backend.Address)));
        await NoneIsPendingAsync(backend, processor);
        await EachOnceAsync(backend);
        Assert.Equal((0, 100), (backend.Claims, backend.RowMarks));
    }

    [Fact]
    public async Task Where_it_is_demanded_and_missing_nothing_moves_and_the_log_says_why()
    {
        await using var backend = await BatchBackend.StartAsync(hasBatch: false);
        backend.AddMany(Prefix, 10);
        await using var processor = await StartAsync(backend, "on");
        await processor.SaysAsync("HOBOM_OUTBOX_BATCH is on, and the backend has no batch contract");
        Assert.Equal((10, 0), (backend.Count("PENDING"), backend.RowMarks));
    }

    [Fact]
    public async Task Marks_whose_answers_are_lost_are_made_again_and_the_records_are_not()
    {
        await using var backend = await BatchBackend.StartAsync(hasBatch: true);
        var lost = 0;
        backend.LosesAnswer = () => Interlocked.Increment(ref lost) <= 4;
        backend.AddMany(Prefix, Rows);
        await using var processor = await StartAsync(backend, "on");
        await NoneIsPendingAsync(backend, processor);
        await EachOnceAsync(backend);
        Assert.True(lost > 4);
    }

    [Fact]
    public async Task Rows_that_another_claims_in_the_middle_of_the_page_are_left_to_it_and_none_is_doubled_when_they_come_back()
    {
        await using var backend = await BatchBackend.StartAsync(hasBatch: true);
        backend.BeforeMarks = () => Task.Delay(50);
        backend.AddMany(Prefix, Rows);
        await using var processor = await StartAsync(backend, "on");
        await Eventually.TrueAsync(() => Task.FromResult(backend.Count("SENT") > Rows / 10), null, () => processor.Output);
        backend.ClaimForSomebodyElse(TimeSpan.FromSeconds(3));
        var pending = backend.Count("PENDING");
        Assert.InRange(pending, 1, Rows);
        await processor.SaysAsync("its page of rows is no longer this process's: another claim has taken rows of it");
        Assert.Equal(pending, backend.Count("PENDING"));
        await NoneIsPendingAsync(backend, processor);
        await EachOnceAsync(backend);
    }

    [Fact]
    public async Task A_processor_killed_in_the_middle_of_a_page_costs_no_event_and_doubles_none()
    {
        await using var backend = await BatchBackend.StartAsync(hasBatch: true);
        backend.BeforeMarks = () => Task.Delay(30);
        backend.AddMany(Prefix, Rows);
        await using (var first = await StartAsync(backend, "on"))
        {
            await Eventually.TrueAsync(() => Task.FromResult(backend.Count("SENT") > Rows / 10), null, () => first.Output);
            await first.KillAsync();
        }

        Assert.NotEqual(0, backend.Count("PENDING"));
        await using var second = await StartAsync(backend, "on");
        await NoneIsPendingAsync(backend, second);
        await EachOnceAsync(backend);
    }

    [Fact]
    public async Task One_that_is_told_to_stop_gives_back_what_it_did_not_publish()
    {
        await using var backend = await BatchBackend.StartAsync(hasBatch: true);
        backend.Lease = TimeSpan.FromMinutes(5);
        backend.BeforeMarks = () => Task.Delay(50);
        backend.AddMany(Prefix, 8 * Rows);
        await using (var first = await StartAsync(backend, "on"))
        {
            await Eventually.TrueAsync(() => Task.FromResult(backend.Count("SENT") > 0), null, () => first.Output);
            await first.StopAsync();
        }

        Assert.NotEqual(0, backend.Count("PENDING"));
        Assert.Equal(1, backend.Releases);
        backend.BeforeMarks = () => Task.CompletedTask;
        await using var second = await StartAsync(backend, "on");
        await NoneIsPendingAsync(backend, second);
        await EachOnceAsync(backend);
    }

    [Theory]
    [InlineData(true, "auto", "ok    outbox: messages", "10 rows PENDING; by the batch contract")]
    [InlineData(false, "auto", "ok    outbox: messages", "10 rows PENDING; it has no batch contract")]
    [InlineData(false, "on", "outbox: messages", "it has no batch contract, and HOBOM_OUTBOX_BATCH is on")]
    public async Task The_doctor_says_which_contract_a_backend_has_and_claims_nothing(bool has, string mode, string line, string words)
    {
        await using var backend = await BatchBackend.StartAsync(has);
        backend.AddMany(Prefix, 10);
        var (_, output) = await ProgramRun.RunAsync(
            Neighbours.Settings(("HOBOM_GRPC_ADDR", backend.Address), ("HOBOM_OUTBOX_BATCH", mode)), "doctor");
        Assert.Contains(output.Split('\n'), l => l.Contains(line, StringComparison.Ordinal) && l.Contains(words, StringComparison.Ordinal));
        Assert.All(backend.Rows, row => Assert.Equal("", row.Token));
    }

    Task<RunningProcessor> StartAsync(BatchBackend backend, string mode) =>
        RunningProcessor.StartAsync(Neighbours.Settings(("HOBOM_GRPC_ADDR", backend.Address), ("HOBOM_OUTBOX_BATCH", mode)));

    static Task NoneIsPendingAsync(BatchBackend backend, RunningProcessor processor) => Eventually.TrueAsync(
        () => Task.FromResult(backend.Count("PENDING") == 0), null, () => $"{backend.Count("PENDING")} rows stay PENDING: {processor.Output}");

    /// <summary>Each row that is SENT has exactly one record, and so many are FAILED.</summary>
    async Task EachOnceAsync(BatchBackend backend, int failed = 0)
    {
        await Messages.CatchUpAsync();
        Assert.Equal(failed, backend.Count("FAILED"));
        Assert.Empty(backend.Rows.Where(r => r.Status == "SENT" && Messages.Of(r.EventId).Count != 1).Select(r => r.EventId));
    }
}
