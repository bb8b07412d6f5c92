using System.Diagnostics;
using System.Reflection;
using Hobom.Slices.Tests.Broker.Stores;
using Npgsql;

namespace Hobom.Slices.Tests.Broker.Processes;

/// <summary>Real processes on a real database, one of them killed in the middle.</summary>
[Collection(nameof(PostgresCluster))]
public sealed class KilledProcessTests(PostgresCluster cluster)
{
    const int EventCount = 20_000;

    static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Of_two_processes_one_is_killed_and_every_event_has_its_effect_once()
    {
        var address = await cluster.NewDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(address);
        await RunAsync(database, "create table effect (event_id text not null, process integer not null)");
        using var first = Start(address);
        await UntilAsync(database, "select (to_regclass('outbox_event') is not null)::int", 1);
        using var second = Start(address);
        var writing = WriteAsync(database);
        await UntilAsync(database, "select count(*) from effect", EventCount / 4);
        first.Kill();
        await first.WaitForExitAsync();
        using var third = Start(address);
        await writing;
        await UntilAsync(database, "select count(*) from outbox_event where status = 'processed'", EventCount);
        second.StandardInput.Close();
        third.StandardInput.Close();
        await Task.WhenAll(second.WaitForExitAsync(), third.WaitForExitAsync()).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(EventCount, await CountAsync(database, "select count(*) from effect"));
        Assert.Equal(EventCount, await CountAsync(database, "select count(distinct event_id) from effect"));
        Assert.True(await CountAsync(database, "select count(distinct process) from effect") >= 2);
        Assert.Equal(EventCount, await CountAsync(database, "select count(*) from effect e join integration_link l on l.source_entity_id = e.event_id and l.target_entity_id = e.process::text"));
        Assert.Equal(EventCount, await CountAsync(database, "select count(*) from integration_link"));
        Assert.Equal((0, 0), (second.ExitCode, third.ExitCode));
    }

    /// <summary>A handler's row, its link and the end of its handling: all of them or none, whichever step is the last.</summary>
    [Theory]
    [InlineData("before-effect")]
    [InlineData("after-effect")]
    [InlineData("after-link")]
    public async Task A_process_that_dies_in_a_handler_leaves_nothing_of_it_and_the_next_one_does_it_once(string step)
    {
        var address = await cluster.NewDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(address);
        await RunAsync(database, "create table effect (event_id text not null, process integer not null)");
        using var dying = Start(address, step);
        await UntilAsync(database, "select (to_regclass('outbox_event') is not null)::int", 1);
        await RunAsync(database, "insert into outbox_event (event_name, source_module) values ('shop.order.create', 'shop')");
        await dying.WaitForExitAsync().WaitAsync(Limit);
        Assert.NotEqual(0, dying.ExitCode);
        Assert.Equal(0, await CountAsync(database, "select (select count(*) from effect) + (select count(*) from integration_link)"));
        Assert.Equal(1, await CountAsync(database, "select count(*) from inbox_event where status = 'processing'"));
        using var next = Start(address);
        await UntilAsync(database, "select count(*) from outbox_event where status = 'processed'", 1);
        next.StandardInput.Close();
        await next.WaitForExitAsync();
        Assert.Equal(1, await CountAsync(database, "select count(*) from effect"));
        Assert.Equal(next.Id, await CountAsync(database, "select min(target_entity_id)::int from integration_link having count(*) = 1"));
    }

    /// <summary>An application in plain SQL, in transactions of 100 rows.</summary>
    static async Task WriteAsync(NpgsqlDataSource database)
    {
        for (var i = 0; i < EventCount / 100; i++)
        {
            await RunAsync(
                database,
                "insert into outbox_event (event_name, source_module, payload) select 'shop.order.create', 'shop', convert_to('{}', 'UTF8') from generate_series(1, 100)");
        }
    }

    static Process Start(string address, string dies = "")
    {
        var start = new ProcessStartInfo("dotnet", [Assembly.GetExecutingAssembly().Location]) { RedirectStandardInput = true };
        start.Environment["HOBOM_BROKER_PROVIDER"] = "postgres";
        start.Environment["HOBOM_BROKER_DATABASE_URL"] = address;
        start.Environment["HOBOM_BROKER_OUTBOX_BATCH_SIZE"] = "100";
        start.Environment["HOBOM_BROKER_OUTBOX_PROCESSING_LEASE_MS"] = "3000";
        start.Environment["WORKER_DIES"] = dies;
        return Process.Start(start)!;
    }

    static async Task UntilAsync(NpgsqlDataSource database, string question, long least)
    {
        var begun = Stopwatch.GetTimestamp();
        while (await CountAsync(database, question) < least)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Limit, $"{question} is still below {least}");
            await Task.Delay(200);
        }
    }

    static async Task<long> CountAsync(NpgsqlDataSource database, string question)
    {
        await using var command = database.CreateCommand(question);
        return Convert.ToInt64(await command.ExecuteScalarAsync());
    }

    static async Task RunAsync(NpgsqlDataSource database, string text)
    {
        await using var command = database.CreateCommand(text);
        await command.ExecuteNonQueryAsync();
    }
}
