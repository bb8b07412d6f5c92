using System.Text;
using System.Text.Json;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Operating;

/// <summary>
/// What people do to a broker that runs alone: kept in its own store, chained like the trail in Redis. Where that one is, it
/// has these entries too, and there is one trail.
/// </summary>
public sealed class StoreAudit(BrokerSlice slice)
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <returns>The entry's hash.</returns>
    public async Task<Either<StoreFailure, string>> AppendAsync(AuditEntry entry)
    {
        if (slice.Open is not { } broker) return new StoreFailure("the broker's store is not open yet");
        var text = JsonSerializer.Serialize(entry, Json);
        return await broker.Store.Audit.Append(
            text, previous => AuditChain.HashOf(previous, Encoding.UTF8.GetBytes(text)), CancellationToken.None);
    }
}
