using System.Globalization;
using System.Net;
using Hobom.Slices.Bench.Outbox;
using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Sandbox.Grpc;

// Prints its address, then answers each line of its input with one: "reset", "add ROWS", "state". Ends with its input.
var rows = new ManyThreadedRows();
await using var backend = new GrpcBackend(
    Environment.GetEnvironmentVariable("HOBOM_GRPC_API_KEY") ?? "", GrpcAnswer.Refused(GrpcStatus.Unauthenticated, "no such key"));
backend.Serve<Request>("/outbox.message.FindHoBomMessageOutboxController/FindOutboxByEventTypeAndStatusUseCase", rows.Find);
backend.Serve<MarkRequest>("/outbox.message.PatchOutboxController/PatchOutboxMarkAsSentUseCase", r => rows.Mark(r.EventId));
backend.Serve<MarkFailedRequest>("/outbox.message.PatchOutboxController/PatchOutboxMarkAsFailedUseCase", r => rows.Fail(r.EventId));
// The flow of logs asks the same backend.
backend.Serve<Hobom.Slices.Protos.Outbox.Log.Request>(
    "/outbox.log.FindHoBomLogOutboxController/FindLogOutboxByEventTypeAndStatusUseCase",
    _ => GrpcAnswer.Of(new Hobom.Slices.Protos.Outbox.Log.Response()));
Console.WriteLine(await backend.StartAsync(IPAddress.Loopback, port: 0));
while (await Console.In.ReadLineAsync() is { } line)
{
    Console.WriteLine(line.Split(' ') switch
    {
        ["reset"] => rows.Reset(),
        ["add", var count] => rows.Add(int.Parse(count, CultureInfo.InvariantCulture)),
        ["state"] => rows.State(),
        _ => throw new InvalidOperationException($"not an order: {line}"),
    });
}
