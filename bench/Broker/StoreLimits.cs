using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace Hobom.Slices.Bench.Broker;

/// <summary>What PostgreSQL gives at most, in rows a second, without any of the broker's code.</summary>
sealed record StoreLimits(double Copied, double Commits, double Claimed)
{
    const int Batch = 1000;

    public static async Task<StoreLimits> MeasureAsync(string database, int rows)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await RunAsync(source, "create table work (id bigserial primary key, payload bytea, state text not null default 'new')");
        await RunAsync(source, "create index work_new on work (id) where state = 'new'");
        var copied = await PerSecondAsync(rows, () => CopyAsync(source, rows));
        var commits = await PerSecondAsync(1000, async () =>
        {
            for (var i = 0; i < 1000; i++) await RunAsync(source, "insert into work (payload) values ('x')");
        });
        var claimed = await PerSecondAsync(rows, async () =>
        {
            for (var i = 0; i < rows; i += Batch)
                await RunAsync(
                    source,
                    $"update work set state = 'done' where id in (select id from work where state = 'new' order by id limit {Batch} "
                    + "for update skip locked)");
        });
        return new StoreLimits(copied, commits, claimed);
    }

    static async Task CopyAsync(NpgsqlDataSource source, int rows)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var writer = await connection.BeginBinaryImportAsync("copy work (payload) from stdin (format binary)");
        var payload = new byte[300];
        for (var i = 0; i < rows; i++)
        {
            await writer.StartRowAsync();
            await writer.WriteAsync(payload, NpgsqlDbType.Bytea);
        }

        await writer.CompleteAsync();
    }

    static async Task<double> PerSecondAsync(int count, Func<Task> work)
    {
        var begun = Stopwatch.StartNew();
        await work();
        return count / begun.Elapsed.TotalSeconds;
    }

    static async Task RunAsync(NpgsqlDataSource source, string text)
    {
        await using var command = source.CreateCommand(text);
        await command.ExecuteNonQueryAsync();
    }
}
