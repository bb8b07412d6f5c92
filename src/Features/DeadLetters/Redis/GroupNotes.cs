using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters.Redis;

/// <summary>What somebody has written of a group of letters.</summary>
public sealed record GroupNote(string Text, string By, DateTimeOffset At);

/// <summary>
/// Notes of groups, as last read. A note lives as long as its group has letters; the poller looks every few seconds.
/// </summary>
public sealed class GroupNotes(RedisConnection redis, LetterCatalogue catalogue, TimeProvider clock)
{
    public const int LengthLimit = 500;

    /// <summary>Other processes may not have heard yet of the letters that a new note is about.</summary>
    static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true };

    volatile IReadOnlyDictionary<string, GroupNote> known = new Dictionary<string, GroupNote>(StringComparer.Ordinal);

    /// <summary>Null where there is none.</summary>
    public GroupNote? Of(string group) => known.GetValueOrDefault(group);

    /// <param name="note">Null takes it away.</param>
    public async Task<Either<StoreFailure, Unit>> WriteAsync(string group, GroupNote? note)
    {
        var written = await redis.RunAsync(async db => note is null
            ? await db.HashDeleteAsync(LetterKeys.Notes, group)
            : await db.HashSetAsync(LetterKeys.Notes, group, JsonSerializer.SerializeToUtf8Bytes(note, Form)));
        return written.IsLeft ? written.Map(_ => Unit.Default) : await FollowAsync();
    }

    /// <summary>Reads them anew, and takes away those whose group is gone.</summary>
    public async Task<Either<StoreFailure, Unit>> FollowAsync() => await redis.RunAsync(async db =>
    {
        var fields = await db.HashGetAllAsync(LetterKeys.Notes);
        var read = fields.ToDictionary(f => (string)f.Name!, f => Read(f.Value), StringComparer.Ordinal);
        var gone = read.Count == 0 || !catalogue.IsLoaded ? [] : Gone(read);
        if (gone.Length > 0) await db.HashDeleteAsync(LetterKeys.Notes, gone);
        foreach (var group in gone) read.Remove((string)group!);
        known = read.Where(n => n.Value is not null).ToDictionary(n => n.Key, n => n.Value!, StringComparer.Ordinal);
        return Unit.Default;
    });

    RedisValue[] Gone(Dictionary<string, GroupNote?> notes)
    {
        var groups = catalogue.Letters.Select(l => l.Cause.GroupId).ToHashSet(StringComparer.Ordinal);
        var before = clock.GetUtcNow() - Grace;
        return [.. notes.Where(n => !groups.Contains(n.Key) && (n.Value is null || n.Value.At < before)).Select(n => (RedisValue)n.Key)];
    }

    /// <summary>Null where another build or program has written it in another form.</summary>
    static GroupNote? Read(RedisValue text)
    {
        try
        {
            return JsonSerializer.Deserialize<GroupNote>((byte[])text!, Form);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
