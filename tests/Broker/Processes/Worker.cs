using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Core;
using Hobom.Slices.Links;
using Hobom.Slices.Links.Stores;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hobom.Slices.Tests.Broker.Processes;

/// <summary>
/// A process with the broker and one handler, which writes a row and a link for each event through the transaction it is given.
/// It takes its settings from its environment and runs until its standard input ends, or it is killed; or kills itself, at the
/// step that <c>WORKER_DIES</c> names.
/// </summary>
static class Worker
{
    public static async Task<int> Main()
    {
        var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
        if (!BrokerSettingsReader.Read(environment).TryGetRight(out var read, out var problems))
        {
            foreach (var problem in problems) await Console.Error.WriteLineAsync(problem);
            return 1;
        }

        using var logs = LoggerFactory.Create(_ => { });
        var tools = new BrokerTools(TimeProvider.System, Random.Shared.NextDouble, logs, $"worker-{Environment.ProcessId}", null, null);
        await using var slice = BrokerSlice.Build(read.IfNone(() => throw new InvalidOperationException("the broker is off")), tools);
        slice.Subscribe("effects", "*", async (context, stopping) =>
        {
            await using var insert = new NpgsqlCommand("insert into effect values ($1, $2)", (NpgsqlConnection)context.Transaction.Connection!);
            insert.Parameters.Add(new NpgsqlParameter { Value = context.Event.Id });
            insert.Parameters.Add(new NpgsqlParameter { Value = Environment.ProcessId });
            DieAt("before-effect");
            await insert.ExecuteNonQueryAsync(stopping);
            DieAt("after-effect");
            var links = new LinkRegister(LinkStore.Beside(slice.Open!.Store.Storage, TimeProvider.System)).In(context.Transaction);
            var link = new Link(new EntityRef("shop", "event", context.Event.Id), new EntityRef("test", "process", $"{Environment.ProcessId}"));
            if (!(await links.CreateLinkAsync(link, stopping)).IsRight) throw new InvalidOperationException("no link");
            DieAt("after-link");
        });
        using var stop = new CancellationTokenSource();
        var running = slice.RunAsync(stop.Token);
        await Console.In.ReadToEndAsync();
        await stop.CancelAsync();
        await running;
        return 0;
    }

    static void DieAt(string step)
    {
        if (Environment.GetEnvironmentVariable("WORKER_DIES") != step) return;
        System.Diagnostics.Process.GetCurrentProcess().Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}
