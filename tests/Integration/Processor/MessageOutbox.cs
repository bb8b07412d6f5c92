using Hobom.Slices.Tests.Integration.Interop;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>How the events of a test ended.</summary>
/// <param name="Records">In the topic, of all rows.</param>
/// <param name="Duplicated">Rows with more than one record.</param>
public sealed record OutboxEnd(int Sent, int Failed, int Pending, int Records, IReadOnlyList<string> Duplicated);

/// <summary>The main backend's message rows, compared with the topic and the letters.</summary>
public sealed class MessageOutbox(ProcessorNeighbours neighbours)
{
    GrpcJsControl Control => neighbours.Control;

    public Task<int> CountAsync(string status) => Control.CountAsync("main", "MESSAGE", status);

    public Task AddAsync(string eventId, object? payload) =>
        Control.AddRowsAsync("main", new { eventType = "MESSAGE", eventId, payload });

    public Task GenerateAsync(string prefix, int count, int start = 0, int bodyBytes = 100) =>
        Control.GenerateRowsAsync("main", "MESSAGE", count, start, bodyBytes, prefix);

    public Task AtLeastAsync(int count, string status) => Eventually.TrueAsync(
        async () => await CountAsync(status) >= count, null, () => $"there never were {count} rows {status}");

    public Task NoneIsPendingAsync(RunningProcessor processor) =>
        Eventually.TrueAsync(
            async () => await CountAsync("PENDING") == 0, null, () => $"rows stay PENDING: {processor.Output}");

    /// <summary>
    /// Asserts what holds at every time: a SENT row has a record, a FAILED row has its letter, and no letter is left
    /// of a SENT one. Returns the counts.
    /// </summary>
    public async Task<OutboxEnd> CompareAsync()
    {
        var rows = await Control.RowsAsync("main", eventType: "MESSAGE");
        await neighbours.Messages.CatchUpAsync();
        var letters = await Task.WhenAll(rows.Select(r => neighbours.Plain.KeyExistsAsync($"dlq:menu:{r.EventId}")));
        foreach (var (row, letter) in rows.Zip(letters))
        {
            Assert.True(row.Status != "SENT" || neighbours.Messages.Of(row.EventId).Count > 0, $"{row.EventId} is SENT without a record");
            Assert.True(row.Status != "FAILED" || letter, $"{row.EventId} is FAILED without a letter");
            Assert.False(row.Status == "SENT" && letter, $"{row.EventId} is SENT and has a letter");
        }

        return new OutboxEnd(
            rows.Count(r => r.Status == "SENT"), rows.Count(r => r.Status == "FAILED"), rows.Count(r => r.Status == "PENDING"),
            rows.Sum(r => neighbours.Messages.Of(r.EventId).Count),
            [.. rows.Where(r => neighbours.Messages.Of(r.EventId).Count > 1).Select(r => r.EventId)]);
    }

    /// <summary>Waits until no row is PENDING and asserts that each is SENT with exactly one record.</summary>
    public async Task EachIsSentOnceAsync(int rows, RunningProcessor processor)
    {
        await NoneIsPendingAsync(processor);
        var end = await CompareAsync();
        Assert.Empty(end.Duplicated);
        Assert.Equal((rows, 0, rows), (end.Sent, end.Failed, end.Records));
    }
}
