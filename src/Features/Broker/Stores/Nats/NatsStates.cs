using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Hobom.Slices.Broker.Stores.Journal;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using NATS.Client.ObjectStore;

namespace Hobom.Slices.Broker.Stores.Nats;

/// <summary>
/// Kept states, each an object of its own that is named by its position: who keeps an old one late overwrites none that is newer,
/// whose commands are gone. The newest that is of the log counts, for a log that lost its end may go on otherwise; only what is older, or
/// is not of the log, is removed.
/// </summary>
/// <param name="bucket">Of JetStream's object store.</param>
/// <param name="process">32 characters: two processes may keep the same position.</param>
sealed class NatsStates(NatsJSContext js, string bucket, bool inMemory, string process)
{
    const int PositionDigits = 22;
    const int ProcessLength = 32;

    /// <summary>How soon it is seen that an object that is being read was removed: the client waits for the rest of it for ever.</summary>
    static readonly TimeSpan GoneLook = TimeSpan.FromMilliseconds(200);

    /// <param name="mark">Of the message at the position; empty where that is not known.</param>
    public async Task AddAsync(ulong position, string mark, byte[] state, CancellationToken stopping)
    {
        var store = await new NatsObjContext(js).CreateObjectStoreAsync(
            new NatsObjConfig(bucket) { Storage = inMemory ? NatsObjStorageType.Memory : NatsObjStorageType.File }, stopping);
        await store.PutAsync(position.ToString($"D{PositionDigits}", CultureInfo.InvariantCulture) + process + mark, state, stopping);
    }

    /// <summary>Null where there is none.</summary>
    /// <param name="isOfLog">Whether the message at a position has that mark.</param>
    public async Task<KeptState?> NewestAsync(Func<ulong, string, Task<bool>> isOfLog, CancellationToken stopping)
    {
        while (true)
        {
            if (await NewestOfAsync(await AllAsync(stopping), isOfLog) is not { } newest) return null;
            var store = await new NatsObjContext(js).GetObjectStoreAsync(bucket, stopping);
            if (await ReadAsync(store, newest.Name, stopping) is { } bytes) return new KeptState(newest.Position, bytes);
        }
    }

    /// <summary>Null where there is none.</summary>
    public async Task<ulong?> NewestPositionAsync(Func<ulong, string, Task<bool>> isOfLog, CancellationToken stopping) =>
        (await NewestOfAsync(await AllAsync(stopping), isOfLog))?.Position;

    public async Task RemoveOldAsync(Func<ulong, string, Task<bool>> isOfLog, CancellationToken stopping)
    {
        var all = await AllAsync(stopping);
        if (await NewestOfAsync(all, isOfLog) is not { } newest) return;
        var store = await new NatsObjContext(js).GetObjectStoreAsync(bucket, stopping);
        foreach (var old in all.Where(s => s.Position != newest.Position))
        {
            if (old.Position > newest.Position && await isOfLog(old.Position, old.Mark)) continue;
            await DeleteAsync(store, old.Name, stopping);
            // Else a note that it was there stays for ever.
            await js.PurgeStreamAsync($"OBJ_{bucket}", new StreamPurgeRequest { Filter = old.Subject }, stopping);
        }
    }

    static async Task<StateName?> NewestOfAsync(List<StateName> all, Func<ulong, string, Task<bool>> isOfLog)
    {
        foreach (var state in Enumerable.Reverse(all))
            if (await isOfLog(state.Position, state.Mark)) return state;
        return null;
    }

    /// <summary>Another process may have removed it already.</summary>
    static async Task DeleteAsync(INatsObjStore store, string name, CancellationToken stopping)
    {
        try
        {
            await store.DeleteAsync(name, stopping);
        }
        catch (NatsObjNotFoundException)
        {
        }
    }

    /// <summary>The oldest first. What has another name is not this build's.</summary>
    async Task<List<StateName>> AllAsync(CancellationToken stopping)
    {
        try
        {
            var found = await js.GetStreamAsync(
                $"OBJ_{bucket}", new StreamInfoRequest { SubjectsFilter = $"$O.{bucket}.M.*" }, stopping);
            return [.. (found.Info.State.Subjects?.Keys ?? []).Select(StateName.Of).OfType<StateName>()
                .OrderBy(s => s.Name, StringComparer.Ordinal)];
        }
        catch (NatsJSApiException none) when (none.Error.Code == 404)
        {
            return [];
        }
    }

    /// <summary>Null where it was removed meanwhile: there is a newer one.</summary>
    static async Task<byte[]?> ReadAsync(INatsObjStore store, string name, CancellationToken stopping)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var reading = store.GetBytesAsync(name, over.Token).AsTask();
        while (await Task.WhenAny(reading, Task.Delay(GoneLook, stopping)) != reading)
        {
            if (!await IsThereAsync(store, name, stopping)) await over.CancelAsync();
        }

        try
        {
            return await reading;
        }
        catch (Exception gone) when (gone is NatsObjException || (gone is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            return null;
        }
    }

    static async Task<bool> IsThereAsync(INatsObjStore store, string name, CancellationToken stopping)
    {
        try
        {
            await store.GetInfoAsync(name, cancellationToken: stopping);
            return true;
        }
        catch (NatsObjNotFoundException)
        {
            return false;
        }
    }

    /// <param name="Subject">Of what the object store notes of it.</param>
    sealed record StateName(string Subject, string Name)
    {
        public ulong Position => ulong.Parse(Name.AsSpan(0, PositionDigits), CultureInfo.InvariantCulture);

        public string Mark => Name[(PositionDigits + ProcessLength)..];

        /// <summary>Null where it is none.</summary>
        public static StateName? Of(string subject)
        {
            var name = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(subject.AsSpan(subject.LastIndexOf('.') + 1)));
            return name.Length >= PositionDigits + ProcessLength
                && ulong.TryParse(name.AsSpan(0, PositionDigits), NumberStyles.None, CultureInfo.InvariantCulture, out _)
                    ? new StateName(subject, name)
                    : null;
        }
    }
}
