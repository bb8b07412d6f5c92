using System.Runtime.CompilerServices;
using Hobom.Slices.Logs;
using Hobom.Slices.Messages;
using Hobom.Slices.Tests.Integration.Processor;
using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Tests.Integration.Interop;

/// <summary>Answers of @grpc/grpc-js that are read in parts.</summary>
public sealed class LargeAnswerTests : OutboxTest
{
    [Fact]
    public async Task Rows_of_all_sizes_arrive_whole()
    {
        var bodies = Enumerable.Range(0, 3_000).Select(i => new string('가', i % 500 == 7 ? 60_000 : i % 97)).ToArray();
        await AddAsync("MESSAGE", bodies.Select(body => (object)new { title = "t", body, recipient = "r" }));

        var rows = (await new MessageOutboxClient(Main).FindAllAsync(CancellationToken.None).WholeAsync()).Right();

        Assert.Equal(bodies, rows.OrderBy(row => row.EventId!.Value.Value, StringComparer.Ordinal).Select(row => row.Read().Payload!.Body));
    }

    [Fact]
    public async Task Logs_too()
    {
        await AddAsync("HOBOM_LOG", Enumerable.Range(0, 2_000).Select(i => (object)new
        {
            serviceType = "HOBOM_BACKEND", level = i == 5 ? "TRACE" : "INFO", method = "GET", message = new string('m', i % 200),
        }));

        var rows = (await new LogOutboxClient(Main, "HOBOM_LOG").FindAllAsync(CancellationToken.None).WholeAsync()).Right();

        Assert.Equal(
            Enumerable.Range(0, 2_000).Select(i => i % 200),
            rows.OrderBy(row => row.EventId!.Value.Value, StringComparer.Ordinal).Select(row => row.Read().Payload!.Message.Length));
        Assert.Equal("e00005", Assert.Single(rows, row => row.Place is LogPlace.Alone).EventId!.Value.Value);
    }

    [Fact]
    public async Task Nothing_of_an_answer_is_kept_once_its_rows_are_not()
    {
        await AddAsync("MESSAGE", Enumerable.Repeat(new { title = "t", body = "b", recipient = "r" }, 500));

        var row = await FoundRowAsync();

        // Who handed it over may still be on the way back: it is free soon, or never.
        await Eventually.TrueAsync(
            () =>
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
                return Task.FromResult(!row.IsAlive);
            },
            null, () => "a row is kept");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    async Task<WeakReference> FoundRowAsync() =>
        new((await new MessageOutboxClient(Main).FindAllAsync(CancellationToken.None).WholeAsync()).Right()[^1]);

    Task AddAsync(string eventType, IEnumerable<object> payloads) => Backends.Control.AddRowsAsync(
        "main",
        [.. payloads.Select((payload, at) => (object)new { eventType, eventId = $"e{at:D5}", payload })]);
}
