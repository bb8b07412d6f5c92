using Npgsql;

namespace Hobom.Slices.Broker.Stores.Postgres;

/// <summary>The connection string, with what it does not say itself.</summary>
public static class PostgresAddress
{
    const int ConnectSeconds = 10;

    const int CommandSeconds = 20;

    const int KeepAliveSeconds = 30;

    /// <summary>
    /// A call is bounded in time, and a process that stands still in a transaction does not stop the others: the server ends
    /// it. Nothing is prepared by itself: a plan that was made while the tables were empty would be kept while they grow.
    /// </summary>
    public static string WithDefaults(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        // Not ContainsKey: it says yes to every word that Npgsql knows.
        if (!builder.ShouldSerialize("Timeout")) builder.Timeout = ConnectSeconds;
        if (!builder.ShouldSerialize("Command Timeout")) builder.CommandTimeout = CommandSeconds;
        if (!builder.ShouldSerialize("Keepalive")) builder.KeepAlive = KeepAliveSeconds;
        builder.Options ??= "-c idle_in_transaction_session_timeout=60000 -c lock_timeout=15000";
        builder.ApplicationName ??= "hobom";
        return builder.ConnectionString;
    }
}
