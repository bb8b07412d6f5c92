using Hobom.Slices.Tests.Integration.Interop;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>Where the servers are.</summary>
sealed record Neighbours(string Broker, string Redis, GrpcJsBackends Backends)
{
    /// <summary>So many rows of 200 bytes, PENDING and nothing else.</summary>
    public async Task FillAsync(int rows)
    {
        await Backends.Control.ResetAsync();
        await AddAsync(rows);
    }

    public Task AddAsync(int rows) =>
        Backends.Control.GenerateRowsAsync("main", "MESSAGE", rows, bodyBytes: 200, idPrefix: $"{Guid.NewGuid():N}-");

    public Task<int> SentAsync() => Backends.Control.CountAsync("main", "MESSAGE", "SENT");

    /// <summary>When each row was marked first, in unix ms by the backend's clock.</summary>
    public async Task<IReadOnlyList<long>> MarkedAtAsync() =>
        [.. (await Backends.Control.AllMarksAsync("main")).Values.Select(marks => marks.Min(m => m.At)).Order()];
}
