using System.Security.Cryptography;
using System.Text;
using Hobom.Slices.Core;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>
/// Sends a <see cref="GuardedWrite"/> in one round trip: the script <c>guarded-write.lua</c> checks and writes. Redis forgets
/// scripts when it starts anew, fails over or is told to: then the text goes along once.
/// </summary>
public static class GuardedWrites
{
    /// <summary>Rounds of reading and writing while others write the same.</summary>
    const int RoundLimit = 10;

    static readonly string Script = ReadScript();
    static readonly byte[] Hash = SHA1.HashData(Encoding.UTF8.GetBytes(Script));

    /// <summary>Two operations where Redis has forgotten the script, so that no write follows an answer that came too late.</summary>
    public static async Task<Either<StoreFailure, WriteOutcome>> CommitAsync(this RedisConnection redis, GuardedWrite write)
    {
        var sent = await redis.RunAsync(db => TryByHashAsync(db, write), isProof: write.Grows);
        if (!sent.TryGetRight(out var outcome, out var failure)) return failure;
        return outcome.Case is WriteOutcome known ? known : await redis.RunAsync(db => ByTextAsync(db, write), isProof: write.Grows);
    }

    /// <summary>For what is right however late it is written.</summary>
    public static async Task<WriteOutcome> CommitAsync(this IDatabaseAsync db, GuardedWrite write) =>
        (await TryByHashAsync(db, write)).Case is WriteOutcome known ? known : await ByTextAsync(db, write);

    /// <summary>
    /// Reads, decides, writes on the guards that what was read is still so; again where another wrote in between.
    /// </summary>
    /// <param name="what">Is written, for the failure's words.</param>
    /// <param name="decide">What to answer, and what to write, if anything. May be asked more than once.</param>
    /// <param name="prevented">The answer where another round is no use; null for another round.</param>
    public static async Task<Either<StoreFailure, TAnswer>> CompareAndWriteAsync<TSeen, TAnswer>(
        this RedisConnection redis, string what, Func<IDatabase, Task<TSeen>> read,
        Func<TSeen, (TAnswer Answer, GuardedWrite? Write)> decide, Func<WriteOutcome.Prevented, Option<TAnswer>>? prevented = null)
        where TSeen : notnull
        where TAnswer : notnull
    {
        for (var round = 0; round < RoundLimit; round++)
        {
            if (!(await redis.RunAsync(read)).TryGetRight(out var seen, out var failure)) return failure;
            var (answer, write) = decide(seen);
            if (write is null) return answer;
            if (!(await redis.CommitAsync(write)).TryGetRight(out var outcome, out failure)) return failure;
            if (outcome is not WriteOutcome.Prevented by) return answer;
            if (prevented is not null && prevented(by).Case is TAnswer end) return end;
        }

        return new StoreFailure($"{what} was changed by others {RoundLimit} times in a row");
    }

    /// <returns>None where Redis does not have the script.</returns>
    static async Task<Option<WriteOutcome>> TryByHashAsync(IDatabaseAsync db, GuardedWrite write)
    {
        try
        {
            return OutcomeOf(await db.ScriptEvaluateAsync(Hash, write.Keys(), write.Arguments()));
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return Option<WriteOutcome>.None;
        }
    }

    /// <summary>As EVAL in so many words: the client's own way asks for SCRIPT LOAD, and remembers what Redis has forgotten.</summary>
    static async Task<WriteOutcome> ByTextAsync(IDatabaseAsync db, GuardedWrite write)
    {
        var keys = write.Keys();
        return OutcomeOf(await db.ExecuteAsync(
            "EVAL", [Script, keys.Length, .. keys.Cast<object>(), .. write.Arguments().Cast<object>()]));
    }

    static WriteOutcome OutcomeOf(RedisResult result) =>
        result.IsNull
            ? WriteOutcome.Written.Instance
            : new WriteOutcome.Prevented((int)result[0] - 1, (string?)result[1]);

    static string ReadScript()
    {
        using var stream = typeof(GuardedWrites).Assembly.GetManifestResourceStream("guarded-write.lua")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
