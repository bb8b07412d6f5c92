using System.Text.Json;
using Hobom.Slices.Broker.Publishing;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using LanguageExt;
using Microsoft.AspNetCore.Builder;

namespace Hobom.Slices.Broker.Endpoints;

/// <param name="Result"><c>stored</c>, or <c>repeated</c> where it was there already with the same body.</param>
public sealed record PublishedEvent(string Id, string Source, string Result)
{
    /// <summary>It is stored, and does not fit its schema.</summary>
    public string? Warning { get; init; }
}

public sealed record PublishAnswer(IReadOnlyList<PublishedEvent> Events)
{
    /// <summary>Of a publish that waited: the last failing handler's error.</summary>
    public string? HandlerError { get; init; }
}

/// <summary>One event, or an array of them, which is stored whole or not at all.</summary>
public sealed class PublishEventsEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    const int BatchLimit = 1000;

    static readonly JsonDocumentOptions Depth = new() { MaxDepth = 128 };

    public override void Configure()
    {
        Post("/broker/events");
        Policies(Role.Operator);
        Description(b => b.WithMetadata(new EventBodyLimit(Slice.Settings.PayloadBytes)));
        Describe(
            "Publish an event, or an array of events",
            "An array is stored whole or not at all. Each event is answered with stored, or with repeated where the same source and id are "
            + "there with the same body. CloudEvents 1.0 are taken structured, binary and batched. ?mode=sync waits for this broker's "
            + "handlers and answers with the last failing one's error.",
            400, 409, 413);
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        if (!(await ReadAsync(ct)).TryGetRight(out var events, out var fault))
        {
            await RefuseAsync(400, fault.Text, ct, fault.Field);
            return;
        }

        var mode = Query<string>("mode", isRequired: false) ?? (Slice.Settings.Sync ? "sync" : "async");
        if (mode is not ("sync" or "async") || (mode is "sync" && events.Count != 1))
        {
            await RefuseAsync(400, "mode is sync, for one event, or async", ct, "mode");
            return;
        }

        if (!(await broker.Publisher.PublishAsync(events, ct)).TryGetRight(out var appended, out var refusal))
        {
            await RefuseAsync(refusal, ct);
            return;
        }

        foreach (var (given, _) in events.Zip(appended).Where(p => !p.Item2.Repeated)) Slice.Counters.CountPublished(given);
        var answer = new PublishAnswer(
            [.. appended.Select(a => new PublishedEvent(a.Event.Id, a.Event.Source, a.Repeated ? "repeated" : "stored")
            {
                Warning = a.Warning,
            })]);
        if (mode is "sync") answer = answer with { HandlerError = await WaitAsync(broker, appended[0].Event, ct) };
        await Send.ResponseAsync(answer, mode is "sync" ? 200 : 202, ct);
    }

    static async Task<string?> WaitAsync(OpenBroker broker, EventIdentity published, CancellationToken ct)
    {
        var waited = await broker.Publisher.WaitAsync(published, ct);
        return waited.MatchUnsafe(error => error.MatchUnsafe(e => e, () => null), refusal => refusal.Text);
    }

    async Task<Either<BodyFault, IReadOnlyList<BrokerEvent>>> ReadAsync(CancellationToken ct)
    {
        try
        {
            if (CloudEventBody.IsBinary(HttpContext.Request.Headers)) return await ReadBinaryAsync(ct);
            var type = HttpContext.Request.ContentType?.Split(';')[0].Trim();
            var isCloud = type is CloudEventBody.Structured or CloudEventBody.Batched;
            using var body = await JsonDocument.ParseAsync(HttpContext.Request.Body, Depth, ct);
            var given = body.RootElement.ValueKind is JsonValueKind.Array
                ? body.RootElement.EnumerateArray().ToArray()
                : [body.RootElement];
            if (given.Length is 0 or > BatchLimit) return new BodyFault($"a batch has 1 to {BatchLimit} events", null);
            var events = new List<BrokerEvent>(given.Length);
            foreach (var one in given)
            {
                if (!JsonText.IsUnicode(one))
                    return new BodyFault(
                        $"{(given.Length == 1 ? "the event" : $"event {events.Count}")} holds text that is not Unicode", null);
                var parsed = isCloud ? CloudEventBody.Read(one, Slice.Settings.InstanceId) : EventBody.Read(one, Slice.Settings.InstanceId);
                if (!parsed.TryGetRight(out var read, out var fault))
                    return fault with { Text = given.Length == 1 ? fault.Text : $"event {events.Count}: {fault.Text}" };
                events.Add(read);
            }

            return events;
        }
        catch (JsonException notJson)
        {
            return new BodyFault($"the body is no JSON: {notJson.Message}", null);
        }
    }

    async Task<Either<BodyFault, IReadOnlyList<BrokerEvent>>> ReadBinaryAsync(CancellationToken ct)
    {
        using var body = new MemoryStream();
        await HttpContext.Request.Body.CopyToAsync(body, ct);
        return CloudEventBody.Read(HttpContext.Request.Headers, body.ToArray(), Slice.Settings.InstanceId)
            .Map(e => (IReadOnlyList<BrokerEvent>)[e]);
    }

    /// <summary>With the contract's code.</summary>
    Task RefuseFullAsync(string text, CancellationToken ct)
    {
        HttpContext.Response.Headers["error-code"] = "queue_full";
        return RefuseAsync(503, text, ct);
    }

    Task RefuseAsync(PublishRefusal refusal, CancellationToken ct) => refusal switch
    {
        PublishRefusal.Invalid invalid => RefuseAsync(400, invalid.Text, ct),
        PublishRefusal.OtherBody => RefuseAsync(409, refusal.Text, ct, "id"),
        PublishRefusal.TooLarge => RefuseAsync(413, refusal.Text, ct),
        PublishRefusal.Full => RefuseFullAsync(refusal.Text, ct),
        PublishRefusal.Unavailable => RefuseAsync(503, refusal.Text, ct),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
