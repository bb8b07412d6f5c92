using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Npgsql;

namespace Hobom.Slices.Bench.Broker;

/// <summary>
/// The broker as a relay from a table that is not its own to Kafka, so that other relays can be measured in the same run: each row of
/// <c>public.outbox (id, aggregatetype, aggregateid, type, payload)</c> goes to the topic <c>outbox.event.AGGREGATETYPE</c>, with the
/// payload's text as its value and the aggregate id as its key. A trigger copies the rows into <c>hobom.outbox_event</c>.
/// </summary>
static class PeerRelay
{
    static readonly TimeSpan LookForTypes = TimeSpan.FromMilliseconds(20);

    const string Copied = """
        insert into hobom.outbox_event (id, event_name, source, aggregate_type, aggregate_id, ordering_key, payload)
        select o.id, o.aggregatetype, 'outbox', o.aggregatetype, o.aggregateid, o.aggregateid, convert_to(o.payload::text, 'UTF8')
        """;

    const string Trigger = $$"""
        begin;
        create function hobom.copy_outbox() returns trigger language plpgsql set search_path = hobom as $$
        begin
            {{Copied}} from inserted o;
            return null;
        end $$;
        lock table public.outbox in share row exclusive mode;
        drop trigger if exists hobom_copy on public.outbox;
        create trigger hobom_copy after insert on public.outbox referencing new table as inserted
            for each statement execute function hobom.copy_outbox();
        {{Copied}} from public.outbox o order by (o.payload->>'n')::bigint;
        commit;
        """;

    /// <summary>Until the process is told to end.</summary>
    /// <param name="state">A folder; an empty one says that there was no relay before.</param>
    /// <param name="ordered">Whether records of one key keep their order.</param>
    public static async Task RunAsync(int port, string kafka, string state, bool ordered)
    {
        var address = $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Search Path=hobom;Maximum Pool Size=40";
        await using var database = NpgsqlDataSource.Create(address);
        var isFirst = Directory.GetFileSystemEntries(state).Length == 0;
        if (isFirst) await RunSqlAsync(database, "drop schema if exists hobom cascade; create schema hobom");
        var (publisher, lookup) = BrokerUnderTest.Kafka(kafka);
        await using var sender = publisher;
        await using var slice = BrokerUnderTest.Build(new BrokerUnderTest.Postgres(address), publisher, lookup);
        using var stop = new CancellationTokenSource();
        using var ending = System.Runtime.InteropServices.PosixSignalRegistration.Create(
            System.Runtime.InteropServices.PosixSignal.SIGTERM, signal =>
            {
                signal.Cancel = true;
                stop.Cancel();
            });
        var running = slice.RunAsync(stop.Token);
        while (slice.Open is null) await Task.Delay(10);
        if (isFirst)
        {
            await RunSqlAsync(database, Trigger);
            await File.WriteAllTextAsync(Path.Combine(state, "begun"), "");
        }

        await AddConsumersAsync(slice.Open.Store, database, ordered, stop.Token);
        await running;
    }

    /// <summary>A topic for each type, as they come.</summary>
    static async Task AddConsumersAsync(BrokerStore store, NpgsqlDataSource database, bool ordered, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            foreach (var type in await LonelyTypesAsync(database))
            {
                await store.Consumers.Save(
                    new Consumer(
                        type, ConsumerKind.Kafka, EventPattern.Parse(type, true).Match(p => p, f => throw new InvalidOperationException($"{f}")),
                        0, null, 500, TimeSpan.FromSeconds(30), ordered, new ConsumerState.Active())
                    {
                        Target = new ConsumerTarget.Topic($"outbox.event.{type}", CloudEventForm.None),
                    },
                    CancellationToken.None);
            }

            await Task.Delay(LookForTypes, CancellationToken.None);
        }
    }

    static async Task<List<string>> LonelyTypesAsync(NpgsqlDataSource database)
    {
        // In the order of the index, so that it is used: this is asked many times a second, and must cost nothing.
        await using var command = database.CreateCommand(
            "select event_name from outbox_event where no_consumer_since is not null order by no_consumer_since limit 100");
        await using var reader = await command.ExecuteReaderAsync();
        var types = new List<string>();
        while (await reader.ReadAsync()) types.Add(reader.GetString(0));
        return [.. types.Distinct(StringComparer.Ordinal)];
    }

    static async Task RunSqlAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
