using Hobom.Slices.Broker.Stores.Journal;
using Hobom.Slices.Core;
using LanguageExt;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace Hobom.Slices.Broker.Stores.Nats;

/// <param name="InMemory">Instead of files: gone with the server.</param>
sealed record NatsSettings(string Url, string Stream, bool InMemory, string InstanceId)
{
    /// <summary>Session ids and e-mail addresses in other programs' events are stored as they are.</summary>
    public bool KeepsSecrets { get; init; }
}

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

    readonly NatsConnection connection;
    readonly NatsJSContext js;
    readonly NatsStates states;
    readonly NatsSettings settings;
    readonly JournalMarks marks = new();
    readonly NatsPages pages;
    readonly string process = Guid.CreateVersion7().ToString("N");
    INatsJSStream? stream;
    (ulong Position, string? Time) lastSeen;
    DateTimeOffset? created;
    ulong coveredFirst;

    NatsJournal(NatsSettings settings, TimeProvider clock)
    {
        this.settings = settings;
        pages = new NatsPages(clock);
        connection = new NatsConnection(new NatsOpts
        {
            Url = settings.Url, Name = $"hobom-{settings.InstanceId}", ConnectTimeout = Limit, CommandTimeout = Limit,
            RequestTimeout = Limit,
        });
        js = new NatsJSContext(connection);
        states = new NatsStates(js, $"{settings.Stream}_STATE", settings.InMemory, process);
        var watch = new NatsWatch(connection, [$"{NatsSubjects.Prefix}.>", Commands], clock);
        Port = new JournalPort(ReadAsync, AppendAsync, KeepAsync, watch.RunAsync, _ => Task.CompletedTask) { Excess = Excess };
    }

    public JournalPort Port { get; }

    /// <summary>In bytes, headers included; the server tells it.</summary>
    int MaxPayload => connection.ServerInfo is { MaxPayload: > 0 and var max } ? (int)Math.Min(max, int.MaxValue) : int.MaxValue;

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

    /// <summary>As it is now: one that is gone is made anew, and by its time of making it is seen that it is another.</summary>
    async Task<INatsJSStream> CurrentAsync(CancellationToken stopping)
    {
        var log = await StreamAsync(stopping);
        try
        {
            await log.RefreshAsync(stopping);
            return log;
        }
        catch (NatsJSApiException gone) when (gone.Error.Code == 404)
        {
            stream = null;
            return await StreamAsync(stopping);
        }
    }

    Task<Either<StoreFailure, JournalPage>> ReadAsync(ulong position, CancellationToken stopping) => EdgeAsync(async limit =>
    {
        var log = await CurrentAsync(limit);
        var state = log.Info.State;
        var there = log.Info.Created == created && position <= state.LastSeq ? await TellTaleAsync(log, position, limit) : null;
        if (there is null || (there.Length > 0 && there != marks.At(position)))
        {
            (created, coveredFirst) = (log.Info.Created, 0);
            return new JournalPage(state.FirstSeq > 1 ? await KeptAsync(log, 0, limit) : Beginning(), []) { Break = JournalBreak.Other };
        }

        if (state.LastSeq == position && await IsLostAsync(log, limit)) return new JournalPage(null, []) { Break = JournalBreak.Lost };
        if (state.FirstSeq > position + 1 || there != marks.At(position)) return new JournalPage(await KeptAsync(log, position, limit), []);
        if (state.LastSeq == position) return new JournalPage(null, []);
        var messages = await pages.ReadAsync(log, position, state.LastSeq, limit);
        // The next one is gone, with others or by itself: what it did is in a kept state alone.
        if (messages.Count == 0) return new JournalPage(await KeptAsync(log, position + 1, limit), []);
        foreach (var message in messages) marks.Add(message.Seq, NatsMessages.TellTaleOf(message));
        return new JournalPage(null, [.. messages.Select(m => NatsMessages.EntryOf(m, Commands, settings.KeepsSecrets))]);
    }, stopping);

    KeptState Beginning()
    {
        marks.BeginAt(0, "");
        return KeptState.Nothing;
    }

    /// <summary>Of the message at a position. Empty where it was dropped, for the state is kept.</summary>
    async Task<string> TellTaleAsync(INatsJSStream log, ulong position, CancellationToken stopping)
    {
        var state = log.Info.State;
        if (position == 0 || position < state.FirstSeq) return "";
        var isLast = position == state.LastSeq;
        if (isLast && lastSeen == (position, state.LastTs)) return marks.At(position);
        try
        {
            var found = NatsMessages.TellTaleOf((await log.GetAsync(new StreamMsgGetRequest { Seq = position }, stopping)).Message);
            if (isLast && found == marks.At(position)) lastSeen = (position, state.LastTs);
            return found;
        }
        catch (NatsJSApiException deleted) when (deleted.Error.Code == 404)
        {
            // By hand, or just now.
            return marks.At(position);
        }
    }

    /// <summary>Somebody has dropped messages that no kept state stands for: who has seen them all can put them back.</summary>
    async Task<bool> IsLostAsync(INatsJSStream log, CancellationToken stopping)
    {
        var first = log.Info.State.FirstSeq;
        if (first <= 1 || first == coveredFirst) return false;
        if (await states.NewestPositionAsync((at, mark) => IsOfLogAsync(log, at, mark, stopping), stopping) is not { } kept) return true;
        if (kept + 1 < first) return true;
        coveredFirst = first;
        return false;
    }

    /// <param name="position">The state must not be older.</param>
    async Task<KeptState> KeptAsync(INatsJSStream log, ulong position, CancellationToken stopping)
    {
        var kept = await states.NewestAsync((at, mark) => IsOfLogAsync(log, at, mark, stopping), stopping);
        if (kept is null || kept.Position < position || kept.Position + 1 < log.Info.State.FirstSeq)
            throw new InvalidDataException($"messages after {position} of {settings.Stream} are gone, and no kept state has them");
        marks.BeginAt(kept.Position, await TellTaleAsync(log, kept.Position, stopping));
        return kept;
    }

    /// <param name="mark">Empty where an older build kept it.</param>
    async Task<bool> IsOfLogAsync(INatsJSStream log, ulong position, string mark, CancellationToken stopping)
    {
        await log.RefreshAsync(stopping);
        if (position > log.Info.State.LastSeq) return false;
        return mark.Length == 0 || await TellTaleAsync(log, position, stopping) is var there && (there.Length == 0 || there == mark);
    }

    Task<Either<StoreFailure, Option<JournalEntry>>> AppendAsync(JournalCommand command, ulong position, CancellationToken stopping) =>
        EdgeAsync(async limit =>
        {
            var mark = JournalMarks.New();
            var options = new NatsJSPubOpts { ExpectedLastSequence = position, MsgId = mark };
            var message = NatsMessages.MessageOf(command, mark, Commands, MaxPayload);
            if (Excess(message) is { } excess) throw new InvalidDataException(excess.Text);
            var added = await PublishAsync(message.Subject, message.Body, options, message.Headers, limit);
            added.Iter(place => marks.Add(place, mark));
            return added.Map(place => new JournalEntry(place, mark, command));
        }, stopping);

    JournalExcess? Excess(JournalCommand command) =>
        Excess(NatsMessages.MessageOf(command, JournalMarks.New(), Commands, MaxPayload));

    JournalExcess? Excess(NatsMessage message) => message.Size > MaxPayload ? new JournalExcess(message.Size, MaxPayload) : null;

    async Task<Option<ulong>> PublishAsync(
        string subject, byte[] body, NatsJSPubOpts options, NatsHeaders headers, CancellationToken stopping)
    {
        var answer = await js.PublishAsync(subject, body, opts: options, headers: headers, cancellationToken: stopping);
        if (answer.Error is { ErrCode: WrongLastSequence }) return Option<ulong>.None;
        // This same append, whose first answer got lost.
        if (answer.Duplicate) return Option<ulong>.Some(answer.Seq);
        answer.EnsureSuccess();
        return Option<ulong>.Some(answer.Seq);
    }

    Task<Either<StoreFailure, Unit>> KeepAsync(ulong position, byte[] state, CancellationToken stopping) => EdgeAsync(async limit =>
    {
        await states.AddAsync(position, marks.At(position), state, limit);
        // The message at the position stays: by its mark one who is there knows that it is the same log.
        // Up to the first is nothing, and would be all to the server.
        if (position > 1) await js.PurgeStreamAsync(settings.Stream, new StreamPurgeRequest { Seq = position }, limit);
        var log = await StreamAsync(limit);
        await states.RemoveOldAsync((at, mark) => IsOfLogAsync(log, at, mark, limit), limit);
        return Unit.Default;
    }, stopping);

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
