using System.Globalization;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using LanguageExt;

namespace Hobom.Slices.Broker.Endpoints;

/// <param name="Next">For <c>?cursor=</c>; null on the last page.</param>
public sealed record EventPage(IReadOnlyList<EventView> Events, string? Next);

public sealed class ListEventsEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    const int LimitMost = 500;

    public override void Configure()
    {
        Get("/broker/events");
        Policies(Role.Reader);
        Describe(
            "List events, the newest first",
            "Filters, all of which must fit: source, status (pending, processing, completed, failed, expired), type, id, user_id, "
            + "session_id, schema, "
            + "entity, operation, instance_id, start_time and end_time (RFC 3339, inclusive, on created_at). limit: 1 to 500. cursor: the "
            + "page before's next.",
            400);
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        if (!ReadFilter().TryGetRight(out var read, out var fault))
        {
            await RefuseAsync(400, fault.Text, ct, fault.Field);
            return;
        }

        var (filter, limit) = (read.Filter with { IsBare = !Sight.Payload }, read.Limit);
        if (!(await broker.Store.Read.List(filter, limit + 1, ct)).TryGetRight(out var found, out var failure))
        {
            await RefuseAsync(failure, ct);
            return;
        }

        var page = found.Take(limit).ToArray();
        await Send.OkAsync(
            new EventPage([.. page.Select(e => EventView.Of(e, Sight))], found.Count > limit ? $"{page[^1].Sequence}" : null), ct);
    }

    Either<BodyFault, (EventFilter Filter, int Limit)> ReadFilter()
    {
        string? Given(string name) => Query<string>(name, isRequired: false) is { Length: > 0 } value ? value : null;
        EventStatus? status = null;
        if (Given("status") is { } word)
        {
            status = Enum.GetValues<EventStatus>().Cast<EventStatus?>().FirstOrDefault(s => s!.Value.Word() == word);
            if (status is null)
                return new BodyFault($"status '{word}' is none of pending, processing, completed, failed, expired", "status");
        }

        if (!Whole(Given("user_id"), out var user)) return new BodyFault("user_id is no whole number", "user_id");
        if (!Whole(Given("cursor"), out var before)) return new BodyFault("cursor is none that a page has given", "cursor");
        if (!Whole(Given("limit"), out var limit) || limit is < 1 or > LimitMost)
            return new BodyFault($"limit is 1 to {LimitMost}", "limit");
        if (!Time(Given("start_time"), out var from)) return new BodyFault("start_time is no RFC 3339 time", "start_time");
        if (!Time(Given("end_time"), out var to)) return new BodyFault("end_time is no RFC 3339 time", "end_time");
        var filter = new EventFilter(
            Given("source"), status, user, Given("schema"), Given("entity"), Given("operation"), Given("instance_id"), Given("type"),
            Given("id"),
            Given("session_id"), from, to, before);
        return (filter, (int)(limit ?? 100));
    }

    static bool Whole(string? text, out long? value)
    {
        var isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        value = isNumber ? number : null;
        return text is null || isNumber;
    }

    static bool Time(string? text, out DateTimeOffset? value)
    {
        var isTime = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        value = isTime ? time : null;
        return text is null || isTime;
    }
}
