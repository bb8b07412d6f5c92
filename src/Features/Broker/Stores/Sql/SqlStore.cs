namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>The store over a database, whichever it is.</summary>
static class SqlStore
{
    public static BrokerStore Over(SqlDialect dialect, Signals signal, SqlStoreSettings settings, TimeProvider clock)
    {
        var edge = new SqlEdge(dialect);
        var closing = new SqlClosing(edge, settings.DeadWord);
        var consumers = new SqlConsumers(edge, closing, signal);
        var claims = new SqlClaims(edge, clock);
        return new BrokerStore(
            new SqlAppend(edge, signal, settings.CompressAboveBytes, clock).AppendAsync,
            new SqlRouting(edge, claims).RouteAsync,
            claims.ClaimAsync,
            claims.RenewAsync,
            claims.BeginLastAsync,
            closing.CloseAsync,
            closing.TransactAsync,
            claims.DueAsync,
            claims.NextDueAsync,
            consumers.AsRegister(),
            new SqlReading(edge).AsReader(),
            new SqlOperations(edge, closing, signal).AsOperations(),
            new SqlDead(edge, closing, signal).AsPort(),
            new SqlReplays(edge, signal).AsRegister(),
            new SqlAudit(edge).AsRegister(),
            new SqlSchemas(edge).AsRegister(),
            new SqlSettings(edge).AsRegister(),
            WakeUp.Of(signal),
            new SharedStorage.Database(edge))
        {
            TransactTogether = closing.TransactTogetherAsync,
        };
    }
}

/// <param name="CompressAboveBytes">Larger payloads are stored compressed.</param>
/// <param name="DeadWord">
/// An ended event's status with a dead handling: <c>dead_letter</c>, or <c>failed</c> where dead letters are off.
/// </param>
public sealed record SqlStoreSettings(int CompressAboveBytes, Func<string> DeadWord)
{
    public static SqlStoreSettings Default { get; } = new(64 * 1024, () => "dead_letter");
}
