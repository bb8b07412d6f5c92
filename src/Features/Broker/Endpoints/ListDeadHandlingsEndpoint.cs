using System.Globalization;
using System.Text.Json.Serialization;
using Hobom.Slices.Broker.Letters;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

/// <param name="Key">Of its dead letter, where there is a Redis.</param>
public sealed record DeadHandlingView(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("consumer_name")] string Consumer,
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("attempt_count")] int Attempts,
    [property: JsonPropertyName("last_error")] string? LastError,
    [property: JsonPropertyName("died_at")] DateTimeOffset? DiedAt,
    [property: JsonPropertyName("edited")] bool IsEdited,
    [property: JsonPropertyName("failure_kind")] string FailureKind);

/// <param name="Next">For <c>?cursor=</c>; null on the last page.</param>
public sealed record DeadHandlingPage(IReadOnlyList<DeadHandlingView> Handlings, string? Next);

public sealed class ListDeadHandlingsEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    const int LimitMost = 500;

    public override void Configure()
    {
        Get("/broker/dead-letters");
        Policies(Role.Reader);
        Describe(
            "List what consumers have given up",
            "From the store itself: also without Redis, and while it is away. consumer: of that one. limit: 1 to 500. cursor: the page "
            + "before's next. To replay or discard one: the event's own routes; many: a replay job with status failed.",
            400);
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        var limit = Query<string>("limit", isRequired: false) is { Length: > 0 } text
            ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 0
            : 100;
        if (limit is < 1 or > LimitMost)
        {
            await RefuseAsync(400, $"limit is 1 to {LimitMost}", ct, "limit");
            return;
        }

        var cursor = Query<string>("cursor", isRequired: false) is { Length: > 0 } from ? from : "0";
        if (!long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var after))
        {
            await RefuseAsync(400, "cursor is none that a page has given", ct, "cursor");
            return;
        }

        var consumer = Query<string>("consumer", isRequired: false) is { Length: > 0 } name ? name : null;
        var filter = new DeadFilter(consumer, after) { IsBare = true };
        if (!(await broker.Store.Dead.List(filter, limit + 1, ct)).TryGetRight(out var found, out var failure))
        {
            await RefuseAsync(failure, ct);
            return;
        }

        var page = found.Take(limit).ToArray();
        await Send.OkAsync(
            new DeadHandlingPage([.. page.Select(ViewOf)], found.Count > limit ? $"{page[^1].Handling.Position}" : null), ct);
    }

    DeadHandlingView ViewOf(EventHandling dead) => new(
        BrokerLetters.KeyOf(dead.Handling.Consumer, dead.Handling.Id).Format(), dead.Handling.Consumer, dead.Event.Source, dead.Event.Id,
        dead.Event.Type, dead.Handling.Attempts, SeesAll ? dead.Handling.LastError : null, EventView.EndOf(dead.Handling.State),
        dead.Handling.IsEdited, dead.Handling.Kind?.Word() ?? FailureKinds.UnknownWord);
}
