using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hobom.Slices.Protos.Outbox.Message;

// The tests measure timers and allocations of the whole process.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]

namespace Grpc.Net.Client.Tests;

/// <summary>The calls the tests make, through clients that Grpc.Tools generated.</summary>
internal static class OutboxCalls
{
    public const string MarkPath = "/outbox.message.PatchOutboxController/PatchOutboxMarkAsSentUseCase";
    public const string FindPath = "/outbox.message.FindHoBomMessageOutboxController/FindOutboxByEventTypeAndStatusUseCase";

    /// <summary>Long enough that only a broken client reaches it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static GrpcChannel Channel(HttpMessageHandler handler) =>
        GrpcChannel.ForAddress("http://scripted.test", new GrpcChannelOptions { HttpHandler = handler });

    public static AsyncUnaryCall<Empty> Mark(this GrpcChannel channel, CallOptions options = default) =>
        new PatchOutboxController.PatchOutboxControllerClient(channel)
            .PatchOutboxMarkAsSentUseCaseAsync(new MarkRequest { EventId = "e-1" }, options);

    public static AsyncUnaryCall<Response> Find(this GrpcChannel channel, CallOptions options = default) =>
        new FindHoBomMessageOutboxController.FindHoBomMessageOutboxControllerClient(channel)
            .FindOutboxByEventTypeAndStatusUseCaseAsync(new Request { EventType = "MESSAGE", Status = "PENDING" }, options);

    public static async Task<RpcException> FailureOf<T>(AsyncUnaryCall<T> call) =>
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WaitAsync(Patience));

    public static DateTime In(TimeSpan time) => DateTime.UtcNow + time;
}
