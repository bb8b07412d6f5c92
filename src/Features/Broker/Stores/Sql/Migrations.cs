using System.Data.Common;
using System.Reflection;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>The versions of the tables, each a file that is run once.</summary>
static class Migrations
{
    public static IReadOnlyList<(int Version, string Name, string Text)> Of(string database)
    {
        var prefix = $"Stores.{database}.";
        return
        [
            .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
                .Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && n.EndsWith(".sql", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(n => (int.Parse(n.AsSpan(prefix.Length, 3)), n[prefix.Length..], ReadText(n))),
        ];
    }

    /// <summary>Runs what was not run yet, in the transaction, which keeps other processes from doing the same.</summary>
    public static async Task ApplyAsync(
        DbConnection connection, DbTransaction transaction, string database, TimeProvider clock, CancellationToken stopping)
    {
        await connection.Command(
            transaction,
            "create table if not exists broker_migration "
            + "(version integer primary key, name varchar(255) not null, applied_at varchar(63) not null)")
            .RunAsync(stopping);
        var applied = await connection.Command(transaction, "select version from broker_migration")
            .ReadAsync(row => row.GetInt32(0), stopping);
        foreach (var (version, name, text) in Of(database).Where(m => !applied.Contains(m.Version)))
        {
            await connection.Command(transaction, text).RunAsync(stopping);
            await connection.Command(
                transaction, "insert into broker_migration (version, name, applied_at) values (@version, @name, @at)",
                ("@version", version), ("@name", name), ("@at", SqlTimes.Text(clock.GetUtcNow()))).RunAsync(stopping);
        }
    }

    static string ReadText(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
