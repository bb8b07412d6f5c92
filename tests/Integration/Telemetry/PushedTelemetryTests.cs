using System.Net;
using Hobom.Slices.Tests.Integration.Interop;
using Hobom.Slices.Tests.Integration.Processor;

namespace Hobom.Slices.Tests.Integration.Telemetry;

/// <summary>What a collector gets of a real processor.</summary>
public sealed class PushedTelemetryTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    [InlineData("")] // gRPC as well
    public async Task An_event_is_one_trace_from_poll_to_mark_and_its_record_says_which(string protocol)
    {
        await using var collector = await OtlpReceiver.StartAsync(grpc: protocol != "http/protobuf");
        await Outbox.GenerateAsync(Prefix, 2);
        // The first mark fails and is tried again.
        await Control.ScriptAsync("main", "message/mark-sent", new GrpcJsOrder { Status = 14 });
        await using var processor = await StartAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
            ("OTEL_BSP_SCHEDULE_DELAY", "200"), ("OTEL_METRIC_EXPORT_INTERVAL", "500"));
        await Outbox.EachIsSentOnceAsync(2, processor);
        await Eventually.TrueAsync(
            () => Task.FromResult(collector.Metrics.Contains("hobom.relay.published")), null, () => $"no metrics: {processor.Output}");
        await processor.StopAsync();
        var traces = collector.Spans.GroupBy(s => s.TraceId).ToDictionary(t => t.Key, t => t.ToArray());
        var headers = new[] { "0", "1" }.Select(n => Messages.Of(Prefix + n)[0].TextsOf("traceparent").Single().Split('-')).ToArray();
        Assert.NotEqual(headers[0][1], headers[1][1]);
        foreach (var header in headers)
        {
            Assert.Equal("01", header[3]);
            var trace = traces[header[1]];
            var root = Assert.Single(trace, s => s.ParentId.Length == 0);
            Assert.Equal("process messages", root.Name);
            var send = Assert.Single(trace, s => s.Name == "send hobom.messages");
            Assert.Equal(send.SpanId, header[2]);
            Assert.All(trace.Where(s => s != root), s => Assert.Equal(root.SpanId, s.ParentId));
            Assert.Contains(trace, s => s.Name == "poll messages");
            Assert.Contains(trace, s => s.Name == "mark messages");
        }

        Assert.Equal(3, collector.Spans.Count(s => s.Name == "mark messages"));
    }

    [Fact]
    public async Task A_replay_links_to_the_trace_in_which_the_event_failed()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        var id = Prefix + "refused";
        await Outbox.AddAsync(id, new { title = "t", recipient = "" });
        await using var processor = await StartAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_BSP_SCHEDULE_DELAY", "200"));
        await Outbox.NoneIsPendingAsync(processor);
        const string letters = "/hobom-event-processor/internal/api/v1/dlq";
        var key = Uri.EscapeDataString($"dlq:menu:{id}");
        using var edited = await processor.Http.PutAsync(
            new Uri($"{letters}/{key}", UriKind.Relative),
            new StringContent("""{"payload":{"type":"MAIL_MESSAGE","title":"t","body":"b","recipient":"r","sentAt":"2026-03-05T12:00:00Z"},"reason":"a recipient"}""", null, "application/json"));
        Assert.True(edited.StatusCode == HttpStatusCode.OK, await edited.Content.ReadAsStringAsync());
        using var replayed = await processor.Http.PostAsync(new Uri($"{letters}/retry/{key}", UriKind.Relative), null);
        Assert.True(replayed.StatusCode == HttpStatusCode.OK, await replayed.Content.ReadAsStringAsync());
        await processor.StopAsync();
        var failed = Assert.Single(collector.Spans, s => s.Name == "process messages" && s.ParentId.Length == 0);
        var replay = Assert.Single(collector.Spans, s => s.Name == "replay messages");
        Assert.NotEqual(failed.TraceId, replay.TraceId);
        Assert.Contains(failed.TraceId, replay.Links);
        await Messages.CatchUpAsync();
        Assert.Equal(replay.TraceId, Messages.Of(id)[0].TextsOf("traceparent").Single().Split('-')[1]);
    }
}
