using System.Diagnostics;
using Npgsql;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>A PostgreSQL of its own, in a temporary folder, on 127.0.0.1 and a free port, gone with the tests.</summary>
public sealed class PostgresCluster : IDisposable
{
    /// <summary>Where Debian's package puts them; a newer version's first.</summary>
    static readonly string Programs = Directory.GetDirectories("/usr/lib/postgresql")
        .OrderByDescending(d => int.Parse(Path.GetFileName(d))).Select(d => Path.Combine(d, "bin")).First();

    readonly string folder;
    readonly int port = LoopbackPort.Free();
    int databases;

    public PostgresCluster()
        : this("off", ServerFolder.New("hobom-postgres-"))
    {
    }

    PostgresCluster(string fsync, string folder)
    {
        this.folder = folder;
        if (IsRoot) Run("chown", "postgres", folder);
        AsOwner("initdb", "-D", Data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync");
        AsOwner(
            "pg_ctl", "-D", Data, "-w", "-l", Path.Combine(folder, "log"), "-o",
            $"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync={fsync} -c max_connections=200", "start");
    }

    /// <summary>One that writes through to the disk, for what is measured.</summary>
    public static PostgresCluster Durable() => new("on", Directory.CreateTempSubdirectory("hobom-postgres-").FullName);

    static bool IsRoot => Environment.UserName == "root";

    string Data => Path.Combine(folder, "data");

    public async Task<string> NewDatabaseAsync()
    {
        var name = $"test{Interlocked.Increment(ref databases)}";
        await using var admin = NpgsqlDataSource.Create(Address("postgres"));
        await using var create = admin.CreateCommand($"create database {name}");
        await create.ExecuteNonQueryAsync();
        return Address(name);
    }

    public void Dispose()
    {
        NpgsqlConnection.ClearAllPools();
        AsOwner("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");
        Directory.Delete(folder, recursive: true);
    }

    string Address(string database) => $"Host=127.0.0.1;Port={port};Username=postgres;Database={database};Maximum Pool Size=40";

    void AsOwner(string program, params string[] arguments)
    {
        // The server refuses to be run by root.
        if (IsRoot) Run("runuser", ["-u", "postgres", "--", Path.Combine(Programs, program), .. arguments]);
        else Run(Path.Combine(Programs, program), arguments);
    }

    void Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        using var process = Process.Start(start)!;
        // The server that pg_ctl starts keeps its standard output: reading to its end would never end.
        process.WaitForExit(TimeSpan.FromMinutes(2));
        if (!process.HasExited || process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed");
    }
}

[CollectionDefinition(nameof(PostgresCluster))]
public sealed class PostgresTests : ICollectionFixture<PostgresCluster>;
