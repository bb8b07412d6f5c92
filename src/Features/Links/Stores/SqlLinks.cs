using System.Data.Common;
using Hobom.Slices.Core;
using Hobom.Slices.Storage;
using LanguageExt;

namespace Hobom.Slices.Links.Stores;

/// <summary>Rows of <c>integration_link</c>.</summary>
/// <param name="within">A handler's transaction; null: each call by itself.</param>
sealed class SqlLinks(SqlEdge edge, HandlerTransaction? within, TimeProvider clock)
{
    /// <summary>Another's row of the same link may be removed between the insert that met it and the look at it.</summary>
    const int CreateTries = 5;

    readonly SqlDialect dialect = edge.Dialect;

    string Insert => $"""
        insert into integration_link (
            id, source_module, source_entity_type, source_entity_id, target_module, target_entity_type, target_entity_id, link_type,
            metadata, created_at, updated_at)
        values (
            @id, @source_module, @source_entity_type, @source_entity_id, @target_module, @target_entity_type, @target_entity_id, @link_type,
            {(IsSqlite ? "@metadata" : "@metadata::json")}, @now, @now)
        on conflict do nothing
        """;

    const string SameLink = """
        source_module = @source_module and source_entity_type = @source_entity_type and source_entity_id = @source_entity_id
        and target_module = @target_module and target_entity_type = @target_entity_type and target_entity_id = @target_entity_id
        and link_type = @link_type
        """;

    bool IsSqlite => dialect.IdText == "id";

    string Columns =>
        $"{dialect.IdText}, source_module, source_entity_type, source_entity_id, target_module, target_entity_type, target_entity_id, "
        + "link_type, metadata, created_at, updated_at";

    public LinkStore AsStore() => new(
        CreateAsync, ListAsync, CountAsync, OneAsync, DeleteAsync, transaction => new SqlLinks(edge, transaction, clock).AsStore());

    Task<Either<StoreFailure, LinkCreation>> CreateAsync(Link link, CancellationToken stopping) =>
        WriteAsync(async (connection, transaction) =>
        {
            for (var tries = 1; ; tries++)
            {
                var now = Microseconds(clock.GetUtcNow());
                var id = Guid.CreateVersion7();
                var inserted = await connection.Command(
                    transaction, Insert,
                    [
                        ("@id", IsSqlite ? id.ToString() : id), ("@metadata", link.Metadata), ("@now", dialect.TimeParameter(now)),
                        .. Ends(link),
                    ]).RunAsync(stopping);
                if (inserted == 1) return new LinkCreation(new StoredLink(new LinkId(id.ToString()), link, now, now), Existed: false);
                var found = await connection
                    .Command(transaction, $"select {Columns} from integration_link where {SameLink}", [.. Ends(link)])
                    .ReadAsync(Read, stopping);
                if (found is [var known]) return new LinkCreation(known, Existed: true);
                if (tries == CreateTries) throw new InvalidDataException("the link is made and removed by others again and again");
            }
        }, stopping);

    Task<Either<StoreFailure, IReadOnlyList<StoredLink>>> ListAsync(
        LinkFilter filter, int limit, LinkId? after, CancellationToken stopping) =>
        RunAsync<IReadOnlyList<StoredLink>>(async (connection, transaction) =>
        {
            var (where, parameters) = LinkConditions.Where(filter);
            var place = "";
            if (after is { } last)
            {
                // Not an id of this store: nothing comes after it.
                if (IdParameter(last) is not { } id) return [];
                (place, parameters) = (" and id > @after", [.. parameters, ("@after", id)]);
            }

            return await connection.Command(
                transaction, $"select {Columns} from integration_link where {where}{place} order by id limit @limit",
                [.. parameters, ("@limit", limit)]).ReadAsync(Read, stopping);
        }, stopping);

    Task<Either<StoreFailure, long>> CountAsync(LinkFilter filter, CancellationToken stopping) =>
        RunAsync(async (connection, transaction) =>
        {
            var (where, parameters) = LinkConditions.Where(filter);
            return (await connection.Command(transaction, $"select count(*) from integration_link where {where}", [.. parameters])
                .ReadAsync(row => row.GetInt64(0), stopping))[0];
        }, stopping);

    Task<Either<StoreFailure, Option<StoredLink>>> OneAsync(LinkId id, CancellationToken stopping) =>
        RunAsync(ById(id, $"select {Columns} from integration_link where id = @id", stopping), stopping);

    Task<Either<StoreFailure, Option<StoredLink>>> DeleteAsync(LinkId id, CancellationToken stopping) =>
        WriteAsync(ById(id, $"delete from integration_link where id = @id returning {Columns}", stopping), stopping);

    Func<DbConnection, DbTransaction?, Task<Option<StoredLink>>> ById(LinkId id, string text, CancellationToken stopping) =>
        async (connection, transaction) =>
        {
            if (IdParameter(id) is not { } parameter) return default;
            var found = await connection.Command(transaction, text, ("@id", parameter)).ReadAsync(Read, stopping);
            return found is [var one] ? one : default(Option<StoredLink>);
        };

    Task<Either<StoreFailure, T>> WriteAsync<T>(Func<DbConnection, DbTransaction?, Task<T>> work, CancellationToken stopping) =>
        within is null ? edge.WriteAsync(connection => work(connection, null), stopping) : RunAsync(work, stopping);

    async Task<Either<StoreFailure, T>> RunAsync<T>(Func<DbConnection, DbTransaction?, Task<T>> work, CancellationToken stopping)
    {
        if (within is null) return await edge.TryAsync(connection => work(connection, null), stopping);
        try
        {
            return await work(within.Connection ?? throw new InvalidOperationException("the transaction is of another store"), within.Sql);
        }
        catch (Exception failed) when (SqlEdge.IsOfDatabase(failed))
        {
            return SqlEdge.Failure(failed);
        }
    }

    object? IdParameter(LinkId id) => IsSqlite ? id.Value : Guid.TryParse(id.Value, out var uuid) ? uuid : null;

    static StoredLink Read(DbDataReader row) => new(
        new LinkId(row.GetString(0)),
        new Link(
            new EntityRef(row.GetString(1), row.GetString(2), row.GetString(3)),
            new EntityRef(row.GetString(4), row.GetString(5), row.GetString(6)),
            LinkTypes.Of(row.GetString(7)) ?? throw new InvalidDataException($"no type of a link: {row.GetString(7)}"), row.Text(8)),
        row.Time(9) ?? default, row.Time(10) ?? default);

    static IEnumerable<(string, object?)> Ends(Link link) =>
    [
        ("@source_module", link.Source.Module), ("@source_entity_type", link.Source.EntityType),
        ("@source_entity_id", link.Source.EntityId), ("@target_module", link.Target.Module),
        ("@target_entity_type", link.Target.EntityType), ("@target_entity_id", link.Target.EntityId), ("@link_type", link.Type.Word()),
    ];

    /// <summary>As exact as the table is, so that the answer is what a look at it gives later.</summary>
    static DateTimeOffset Microseconds(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
}
