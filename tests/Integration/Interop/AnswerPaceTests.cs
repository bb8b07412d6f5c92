using System.Buffers.Binary;
using Google.Protobuf;
using Hobom.Slices.Core;
using Hobom.Slices.Messages;
using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Outbox;
using Hobom.Slices.Tests.Support;
using LanguageExt;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Hobom.Slices.Tests.Integration.Interop;

/// <summary>A large answer is read as it arrives, and no faster than its rows are taken.</summary>
public sealed class AnswerPaceTests : IAsyncLifetime
{
    const string Find = "/outbox.message.FindHoBomMessageOutboxController/FindOutboxByEventTypeAndStatusUseCase";

    static readonly QueryResult Row = new()
    {
        Id = "r", EventId = "e", EventType = "MESSAGE", Status = "PENDING", Payload = new MessagePayload { Body = new string('b', 1 << 20) },
    };

    GrpcTestServer server = null!;
    GrpcBackend backend = null!;

    readonly FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
    readonly TaskCompletionSource sent = new();

    public async Task InitializeAsync()
    {
        server = await GrpcTestServer.StartAsync();
        backend = new GrpcBackend($"127.0.0.1:{server.Address.Port}", "test-key", null, clock);
    }

    public async Task DisposeAsync()
    {
        backend.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task The_first_rows_are_given_before_the_last_are_here()
    {
        var taken = new TaskCompletionSource();
        Answer(40, async at => await (at == 20 ? taken.Task : Task.CompletedTask));

        await using var parts = FindAll().GetAsyncEnumerator();
        var first = await NextAsync(parts);
        Assert.InRange(first.Rows.Count, 1, 20);
        Assert.Equal(RowsBeyond.ToFollow, first.Rest);
        taken.SetResult();

        var rows = first.Rows.Count;
        var rest = first.Rest;
        while (rest is RowsBeyond.ToFollow)
        {
            var part = await NextAsync(parts);
            (rows, rest) = (rows + part.Rows.Count, part.Rest);
        }

        Assert.Equal((40, RowsBeyond.None), (rows, rest));
    }

    [Fact]
    public async Task What_is_not_taken_waits_at_the_backend()
    {
        var written = 0;
        Answer(200, at =>
        {
            Volatile.Write(ref written, at);
            return Task.CompletedTask;
        });

        await using var parts = FindAll().GetAsyncEnumerator();
        await NextAsync(parts);
        // Time for all of it, were it not held back.
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.InRange(Volatile.Read(ref written), 1, 100);
    }

    [Fact]
    public async Task An_answer_that_falls_silent_has_failed_and_what_came_before_is_given()
    {
        Answer(5, at => Task.CompletedTask, claimed: 10);

        await using var parts = FindAll().GetAsyncEnumerator();
        var moving = parts.MoveNextAsync().AsTask();
        await sent.Task;
        while (!moving.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(50);
        }

        var found = parts.Current.Right();
        Assert.Equal((5, RowsBeyond.ToFollow), (found.Rows.Count, found.Rest));
        Assert.True(await parts.MoveNextAsync());
        Assert.Equal(CallFailureKind.DeadlineExceeded, parts.Current.Left().Kind);
        Assert.False(await parts.MoveNextAsync());
    }

    IAsyncEnumerable<Either<CallFailure, FoundRows<UnreadRow<MessagePayload>>>> FindAll() =>
        new MessageOutboxClient(backend).FindAllAsync(CancellationToken.None);

    static async Task<FoundRows<UnreadRow<MessagePayload>>> NextAsync(
        IAsyncEnumerator<Either<CallFailure, FoundRows<UnreadRow<MessagePayload>>>> parts)
    {
        Assert.True(await parts.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
        return parts.Current.Right();
    }

    /// <summary>One message with so many rows of a megabyte.</summary>
    /// <param name="before">Waited for before each row.</param>
    /// <param name="claimed">Rows that the message says it has; the answer hangs after the last that it really has.</param>
    void Answer(int rows, Func<int, Task> before, int? claimed = null) => server.Raw(Find, async http =>
    {
        var row = new Response { Items = { Row } }.ToByteArray();
        var frame = new byte[5];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), row.Length * (claimed ?? rows));
        await http.Response.Body.WriteAsync(frame);
        for (var at = 0; at < rows; at++)
        {
            await before(at);
            await http.Response.Body.WriteAsync(row, http.RequestAborted);
        }

        sent.TrySetResult();
        if (claimed is not null) await Task.Delay(Timeout.Infinite, http.RequestAborted);
        http.Response.AppendTrailer("grpc-status", "0");
    });
}
