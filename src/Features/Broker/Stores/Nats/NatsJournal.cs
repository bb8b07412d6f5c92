using System.Text.Json;
using Hobom.Slices.Broker.Stores.Journal;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using LanguageExt;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace Hobom.Slices.Broker.Stores.Nats;

/// <param name="InMemory">Instead of files: gone with the server.</param>
sealed record NatsSettings(string Url, string Stream, bool InMemory, string InstanceId);

/// <summary>
/// The journal as a JetStream stream. An event that is appended by itself is a message under the contract's subject and
/// headers, for other programs to read; every other command is one under a subject of its own, so that no notice is taken for
/// an event. The server checks with each append that its writer has seen the last message.
/// </summary>
sealed class NatsJournal : IAsyncDisposable
{
    /// <summary>JetStream's word for an append by one who has not seen the last message.</summary>
    const int WrongLastSequence = 10071;
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    static readonly TimeSpan FailurePause = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    readonly NatsConnection connection;
    readonly NatsJSContext js;
    readonly NatsStates states;
    readonly NatsSettings settings;
    readonly TimeProvider clock;
    readonly string process = Guid.CreateVersion7().ToString("N");
    INatsJSStream? stream;
    DateTimeOffset? created;

    NatsJournal(NatsSettings settings, TimeProvider clock)
    {
        (this.settings, this.clock) = (settings, clock);
        connection = new NatsConnection(new NatsOpts
        {
            Url = settings.Url, Name = $"hobom-{settings.InstanceId}", ConnectTimeout = Limit, CommandTimeout = Limit,
            RequestTimeout = Limit,
        });
        js = new NatsJSContext(connection);
        states = new NatsStates(js, $"{settings.Stream}_STATE", settings.InMemory, process);
        Port = new JournalPort(ReadAsync, AppendAsync, KeepAsync, WatchAsync, _ => Task.CompletedTask);
    }

    public JournalPort Port { get; }

    string Commands => NatsSubjects.CommandsOf(settings.Stream);

    public static async Task<Either<StoreFailure, NatsJournal>> OpenAsync(
        NatsSettings settings, TimeProvider clock, CancellationToken stopping)
    {
        var journal = new NatsJournal(settings, clock);
        var opened = await EdgeAsync(async limit =>
        {
            await journal.connection.ConnectAsync();
            await journal.StreamAsync(limit);
            return Unit.Default;
        }, stopping);
        if (opened.IsLeft) await journal.DisposeAsync();
        return opened.Map(_ => journal);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    /// <summary>Made where it is not there. Nothing goes by age or size: what is dropped is dropped by <see cref="KeepAsync"/>.</summary>
    async Task<INatsJSStream> StreamAsync(CancellationToken stopping)
    {
        if (stream is { } known) return known;
        try
        {
            stream = await js.GetStreamAsync(settings.Stream, cancellationToken: stopping);
        }
        catch (NatsJSApiException missing) when (missing.Error.Code == 404)
        {
            stream = await js.CreateStreamAsync(
                new StreamConfig(settings.Stream, [$"{NatsSubjects.Prefix}.>", Commands])
                {
                    Storage = settings.InMemory ? StreamConfigStorage.Memory : StreamConfigStorage.File,
                    DuplicateWindow = TimeSpan.FromMinutes(2),
                },
                stopping);
        }

        created ??= stream.Info.Created;
        return stream;
    }

    Task<Either<StoreFailure, JournalPage>> ReadAsync(ulong position, CancellationToken stopping) => EdgeAsync(async limit =>
    {
        var log = await StreamAsync(limit);
        await log.RefreshAsync(limit);
        var state = log.Info.State;
        if (log.Info.Created != created || state.LastSeq < position)
            throw new InvalidDataException($"the stream {settings.Stream} is another one than before, deleted or put back: start anew");
        if (state.LastSeq == position) return new JournalPage(null, [], IsLost: false);
        if (state.FirstSeq > position + 1) return new JournalPage(await KeptAsync(position, limit), [], IsLost: false);
        var commands = await CommandsAsync(log, position, state.LastSeq, limit);
        // Another process may have dropped some of them meanwhile: what was passed over is in the kept state alone.
        await log.RefreshAsync(limit);
        if (log.Info.State.FirstSeq > position + 1) return new JournalPage(await KeptAsync(position, limit), [], IsLost: false);
        return new JournalPage(
            null, commands ?? throw new InvalidDataException($"a message after {position} of {settings.Stream} is missing"), IsLost: false);
    }, stopping);

    /// <summary>Null where one is not there any more.</summary>
    async Task<List<(ulong, JournalCommand)>?> CommandsAsync(INatsJSStream log, ulong position, ulong last, CancellationToken stopping)
    {
        var commands = new List<(ulong, JournalCommand)>();
        try
        {
            for (var next = position + 1; next <= last && commands.Count < 500;)
            {
                var found = await log.GetAsync(new StreamMsgGetRequest { Seq = next, NextBySubj = ">" }, stopping);
                commands.Add((found.Message.Seq, CommandOf(found.Message)));
                next = found.Message.Seq + 1;
            }
        }
        catch (NatsJSApiException dropped) when (dropped.Error.Code == 404)
        {
            return null;
        }

        return commands;
    }

    async Task<KeptState> KeptAsync(ulong position, CancellationToken stopping) =>
        await states.NewestAsync(stopping) is { } kept && kept.Position > position
            ? kept
            : throw new InvalidDataException($"messages after {position} of {settings.Stream} are gone, and no kept state is newer");

    Task<Either<StoreFailure, Option<ulong>>> AppendAsync(JournalCommand command, ulong position, CancellationToken stopping) =>
        EdgeAsync(async limit =>
        {
            var options = new NatsJSPubOpts { ExpectedLastSequence = position };
            var added = command is JournalCommand.Append([var json]) && EventJson.Read(json) is var given
                ? await PublishAsync(
                    NatsSubjects.Of(given), json, options with { MsgId = $"{given.Source}/{given.Id}/{position}/{process}" },
                    HeadersOf(given), limit)
                : await PublishAsync(Commands, command.Write(), options, null, limit);
            return added;
        }, stopping);

    async Task<Option<ulong>> PublishAsync(
        string subject, byte[] body, NatsJSPubOpts options, NatsHeaders? headers, CancellationToken stopping)
    {
        var answer = await js.PublishAsync(subject, body, opts: options, headers: headers, cancellationToken: stopping);
        if (answer.Error is { ErrCode: WrongLastSequence }) return Option<ulong>.None;
        // This same append, whose first answer got lost.
        if (answer.Duplicate) return Option<ulong>.Some(answer.Seq);
        answer.EnsureSuccess();
        return Option<ulong>.Some(answer.Seq);
    }

    /// <summary>The contract's names. What a header cannot hold is written as in an address.</summary>
    static NatsHeaders HeadersOf(BrokerEvent given) => new()
    {
        ["Event-ID"] = Uri.EscapeDataString(given.Id), ["Event-Type"] = Uri.EscapeDataString(given.Type),
        ["Event-Source"] = Uri.EscapeDataString(given.Source), ["Event-Status"] = EventStatus.Pending.Word(),
        ["Instance-ID"] = Uri.EscapeDataString(given.InstanceId),
    };

    /// <summary>What another program wrote and is no event changes nothing, and holds up nothing.</summary>
    JournalCommand CommandOf(StoredMessage message)
    {
        try
        {
            if (message.Subject == Commands) return JournalCommand.Read(message.Data.Span);
            var given = EventJson.Read(message.Data.ToArray());
            return given.Id.Length == 0 || given.Source.Length == 0 || given.Type.Length == 0
                ? new JournalCommand.Begin()
                : new JournalCommand.Append([message.Data.ToArray()]);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException
            or NotSupportedException)
        {
            return new JournalCommand.Begin();
        }
    }

    Task<Either<StoreFailure, Unit>> KeepAsync(ulong position, byte[] state, CancellationToken stopping) => EdgeAsync(async limit =>
    {
        await states.AddAsync(position, state, limit);
        await js.PurgeStreamAsync(settings.Stream, new StreamPurgeRequest { Seq = position + 1 }, limit);
        await states.RemoveOldAsync(limit);
        return Unit.Default;
    }, stopping);

    /// <summary>A published message goes to plain subscribers too: nothing has to be asked for again and again.</summary>
    async Task WatchAsync(Action changed, CancellationToken stopping)
    {
        await Task.WhenAll(
            ListenAsync($"{NatsSubjects.Prefix}.>", changed, stopping), ListenAsync(Commands, changed, stopping),
            LookAsync(changed, stopping));
    }

    async Task LookAsync(Action changed, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Delays.WaitAsync(Look, clock, stopping);
            if (!stopping.IsCancellationRequested) changed();
        }
    }

    async Task ListenAsync(string subject, Action changed, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await foreach (var _ in connection.SubscribeAsync<byte[]>(subject, cancellationToken: stopping)) changed();
            }
            catch (Exception away) when (away is NatsException or OperationCanceledException or ObjectDisposedException)
            {
                if (!stopping.IsCancellationRequested) await Delays.WaitAsync(FailurePause, clock, stopping);
            }
        }
    }

    static async Task<Either<StoreFailure, T>> EdgeAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(Limit * 3);
        try
        {
            return await work(limit.Token);
        }
        catch (Exception away) when (away is NatsException or OperationCanceledException or ObjectDisposedException or TimeoutException
            or InvalidDataException or IOException or System.Net.Sockets.SocketException)
        {
            return new StoreFailure($"NATS: {away.Message}");
        }
    }
}
