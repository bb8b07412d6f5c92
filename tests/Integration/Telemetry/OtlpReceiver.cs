using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Tests.Integration.Telemetry;

/// <summary>A span as it was pushed; ids in hexadecimal.</summary>
/// <param name="Links">Trace ids.</param>
public sealed record PushedSpan(string TraceId, string SpanId, string ParentId, string Name, IReadOnlyList<string> Links);

/// <summary>A collector for OTLP, over HTTP or gRPC: keeps the spans and the names of the metrics that it is sent.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    const string Services = "/opentelemetry.proto.collector";

    /// <summary>Of a gRPC message: whether it is compressed, and its length.</summary>
    const int FramePrefix = 5;

    readonly WebApplication app;
    readonly ConcurrentQueue<PushedSpan> spans = new();
    readonly ConcurrentDictionary<string, bool> metrics = new(StringComparer.Ordinal);

    OtlpReceiver(WebApplication app) => this.app = app;

    public IReadOnlyList<PushedSpan> Spans => [.. spans];

    public ICollection<string> Metrics => metrics.Keys;

    public string Address => app.Urls.Single();

    public static async Task<OtlpReceiver> StartAsync(bool grpc = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.ConfigureEndpointDefaults(at => at.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        builder.Logging.ClearProviders();
        var receiver = new OtlpReceiver(builder.Build());
        receiver.Take(grpc, grpc ? $"{Services}.trace.v1.TraceService/Export" : "/v1/traces", receiver.TakeSpan);
        receiver.Take(
            grpc, grpc ? $"{Services}.metrics.v1.MetricsService/Export" : "/v1/metrics", metric => receiver.metrics[Text(metric, 1)] = true);
        await receiver.app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    void Take(bool grpc, string path, Action<byte[]> take) => app.MapPost(path, async http =>
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        Read(body.ToArray()[(grpc ? FramePrefix : 0)..], take);
        http.Response.ContentType = grpc ? "application/grpc" : "application/x-protobuf";
        if (!grpc) return;
        // An answer without fields.
        await http.Response.Body.WriteAsync(new byte[FramePrefix]);
        http.Response.AppendTrailer("grpc-status", "0");
    });

    /// <summary>Resource (1), scope (2), then what is told (2): the same nesting for spans and metrics.</summary>
    static void Read(byte[] request, Action<byte[]> take)
    {
        foreach (var resource in Fields(request, 1))
            foreach (var scope in Fields(resource, 2))
                foreach (var told in Fields(scope, 2)) take(told);
    }

    void TakeSpan(byte[] span) => spans.Enqueue(new PushedSpan(
        Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5), [.. Fields(span, 13).Select(link => Hex(link, 1))]));

    static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Fields(message, field).FirstOrDefault() ?? []);

    static string Text(byte[] message, int field) => System.Text.Encoding.UTF8.GetString(Fields(message, field).FirstOrDefault() ?? []);

    /// <summary>The length-delimited fields of that number, in order.</summary>
    static IEnumerable<byte[]> Fields(byte[] message, int field)
    {
        using var input = new CodedInputStream(message);
        var found = new List<byte[]>();
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                found.Add(input.ReadBytes().ToByteArray());
            else input.SkipLastField();
        }

        return found;
    }
}
