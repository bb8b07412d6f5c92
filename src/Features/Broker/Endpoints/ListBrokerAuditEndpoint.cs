using System.Globalization;
using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

/// <param name="Hash">Of the entry's text and of the hash before it.</param>
public sealed record BrokerAuditLine(long Position, RawJson Entry, string Previous, string Hash);

public sealed record BrokerAuditPage(IReadOnlyList<BrokerAuditLine> Entries, string? Next);

public sealed class ListBrokerAuditEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    const int PageSize = 100;

    public override void Configure()
    {
        Get("/broker/audit");
        Policies(Role.Auditor);
        Describe(
            "Who did what to a broker that runs alone",
            "The newest first, 100 at a time; cursor: the page before's next. Beside the relay, /audit has these entries.", 400);
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        long? before = null;
        if (Query<string>("cursor", isRequired: false) is { Length: > 0 } text)
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position))
            {
                await RefuseAsync(400, "cursor is none that a page has given", ct, "cursor");
                return;
            }

            before = position;
        }

        if (!(await broker.Store.Audit.List(before, PageSize + 1, ct)).TryGetRight(out var found, out var failure))
        {
            await RefuseAsync(failure, ct);
            return;
        }

        var page = found.Take(PageSize).ToArray();
        await Send.OkAsync(
            new BrokerAuditPage([.. page.Select(ViewOf)], found.Count > PageSize ? $"{page[^1].Position}" : null), ct);
    }

    static BrokerAuditLine ViewOf(Stores.AuditLine line) =>
        new(line.Position, new RawJson(System.Text.Encoding.UTF8.GetBytes(line.Entry)), line.Previous, line.Hash);
}
