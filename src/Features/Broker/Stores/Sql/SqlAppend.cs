using System.Data.Common;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>Writes events of this process's publishers: all of a call or none.</summary>
/// <param name="compressAbove">Bytes.</param>
sealed class SqlAppend(SqlEdge edge, Signals signal, int compressAbove, TimeProvider clock)
{
    const string Insert = """
        insert into outbox_event (
            id, event_id, source, source_module, event_name, aggregate_type, aggregate_id, ordering_key, payload, payload_encoding,
            schema_version, metadata, user_id, session_id, instance_id, schema, entity, operation, available_at, created_at, updated_at)
        values (
            @id, @event_id, @source, @source_module, @event_name, @aggregate_type, @aggregate_id, @ordering_key, @payload,
            @payload_encoding, @schema_version, {metadata}, @user_id, @session_id, @instance_id, @schema, @entity, @operation,
            @available_at, @created_at, @created_at)
        on conflict do nothing
        """;

    readonly string insert = Insert.Replace(
        "{metadata}", edge.Dialect.IdText == "id" ? "@metadata" : "@metadata::json", StringComparison.Ordinal);

    public async Task<Either<AppendRefusal, IReadOnlyList<Appended>>> AppendAsync(
        IReadOnlyList<BrokerEvent> events, CancellationToken stopping)
    {
        AppendRefusal? refusal = null;
        var written = await edge.TryAsync<IReadOnlyList<Appended>>(async connection =>
        {
            await using var transaction = await edge.BeginAsync(connection, stopping);
            var answers = new List<Appended>(events.Count);
            foreach (var given in events)
            {
                var answer = await WriteAsync(connection, transaction.Sql, given, stopping);
                if (answer is null)
                {
                    refusal = new AppendRefusal.OtherBody(given.Identity);
                    return answers;
                }

                answers.Add(answer);
            }

            await transaction.CommitAsync(stopping);
            return answers;
        }, stopping);
        if (!written.TryGetRight(out var appended, out var failure)) return new AppendRefusal.Unavailable(failure);
        if (refusal is not null) return refusal;
        signal.Set();
        return Either<AppendRefusal, IReadOnlyList<Appended>>.Right(appended);
    }

    /// <summary>Null where the same source and id are there with another body.</summary>
    async Task<Appended?> WriteAsync(DbConnection connection, DbTransaction transaction, BrokerEvent given, CancellationToken stopping)
    {
        var id = Guid.CreateVersion7();
        if (await InsertAsync(connection, transaction, id, given, stopping) == 1) return new Appended(id, given.Identity, false);
        var found = await connection
            .Command(
                transaction,
                $"select {SqlEvents.Columns("e", edge.Dialect.IdText)} from outbox_event e where "
                + $"{SqlReading.IdentityIs("e", edge.Dialect.IdText)}",
                ("@source", given.Source), ("@event", given.Id))
            .ReadAsync(row => (Id: row.Id(0), Event: SqlEvents.Read(row, 0)), stopping);
        return found is [var known] && known.Event.SaysTheSameAs(given) ? new Appended(known.Id, given.Identity, true) : null;
    }

    Task<int> InsertAsync(DbConnection connection, DbTransaction transaction, Guid id, BrokerEvent given, CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        var time = edge.Dialect.TimeParameter;
        var (payload, encoding) = SqlEvents.Stored(given.Payload, compressAbove);
        var created = time(given.CreatedAt == default ? now : given.CreatedAt);
        return connection.Command(
            transaction, insert,
            ("@id", SqlReading.IdParameter(edge.Dialect, id)), ("@event_id", given.Id), ("@source", given.Source),
            ("@source_module", given.SourceModule), ("@event_name", given.Type), ("@aggregate_type", given.AggregateType),
            ("@aggregate_id", given.AggregateId), ("@ordering_key", given.OrderingKey), ("@payload", payload),
            ("@payload_encoding", encoding), ("@schema_version", given.SchemaVersion), ("@metadata", given.Metadata),
            ("@user_id", given.UserId), ("@session_id", given.SessionId), ("@instance_id", given.InstanceId), ("@schema", given.Schema),
            ("@entity", given.Entity), ("@operation", given.Operation),
            ("@available_at", given.AvailableAt is { } at ? time(at) : null), ("@created_at", created)).RunAsync(stopping);
    }
}
