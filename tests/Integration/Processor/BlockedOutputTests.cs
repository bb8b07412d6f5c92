namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>Nobody reads what the processor writes: a pipe that is full from its first line on, for both streams.</summary>
[Collection(TakeoverCollection.Name)]
public sealed class BlockedOutputTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    /// <summary>More lines than wait for a reader: two for each change.</summary>
    const int Changes = 3_000;

    const string Script = """
        mkfifo output && exec 4<>output
        dd if=/dev/zero of=output bs=4096 count=4096 oflag=nonblock status=none 2>/dev/null
        exec dotnet "$0" >output 2>output 4<&4
        """;

    [Fact]
    public async Task Work_goes_on_what_is_dropped_is_counted_and_SIGTERM_ends_it()
    {
        await using var processor = LaunchBlocked();
        await processor.AnswersAsync();
        await Parallel.ForAsync(0, Changes, new ParallelOptions { MaxDegreeOfParallelism = 8 }, (n, _) => ChangeAsync(processor, n));
        await ResumeAsync(processor);
        await Outbox.GenerateAsync(Prefix, 20);
        await Outbox.EachIsSentOnceAsync(20, processor);

        var reading = FindAsync(Path.Combine(processor.Folder, "output"), "dropped");
        while (!reading.IsCompleted)
        {
            await ResumeAsync(processor);
            await Task.WhenAny(reading, Task.Delay(50));
        }

        Assert.Matches(@"[1-9][0-9]* message\(s\) dropped", await reading);
        await processor.StopAsync();
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 143)]
    public async Task A_signal_ends_it_while_nobody_reads(int signals, int code)
    {
        await using var processor = LaunchBlocked();
        await processor.AnswersAsync();
        for (var sent = 0; sent < signals; sent++) await processor.SignalAsync("TERM");
        Assert.Equal(code, await processor.ExitAsync(RunningProcessor.OrderlyLimit));
    }

    RunningProcessor LaunchBlocked() =>
        RunningProcessor.Launch(Neighbours.Settings(), null, "bash", "-c", Script, RunningProcessor.BuiltPath);

    static async ValueTask ChangeAsync(RunningProcessor processor, int n)
    {
        using var answer = await processor.Http.PostAsync(Poller(n % 2 == 0 ? "pause" : "resume"), null);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
    }

    static async Task ResumeAsync(RunningProcessor processor) => await ChangeAsync(processor, 1);

    static Uri Poller(string order) => new($"/hobom-event-processor/internal/api/v1/pollers/messages/{order}", UriKind.Relative);

    static async Task<string> FindAsync(string pipe, string word)
    {
        await Task.Yield();
        using var lines = new StreamReader(new FileStream(pipe, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1));
        while (await lines.ReadLineAsync() is { } line)
            if (line.Contains(word, StringComparison.Ordinal)) return line;
        return "";
    }
}
