using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.DeadLetters.Redis;

/// <summary>Looks at how safe letters are in their store, keeps what it saw last, and tells when that changes.</summary>
/// <param name="read">Asks the store.</param>
public sealed class StoreWatch(Func<Task<Either<StoreFailure, StoreHealth>>> read, ILogger log)
{
    static readonly Either<StoreFailure, StoreHealth> NotYet = new StoreFailure("the store of the dead letters has not been looked at yet");

    readonly Lock gate = new();
    Either<StoreFailure, StoreHealth> last = NotYet;
    string told = "";

    /// <summary>As of the last look; left where the store did not answer it.</summary>
    public Either<StoreFailure, StoreHealth> Last
    {
        get
        {
            lock (gate) return last;
        }
    }

    /// <returns>Whether the store answered.</returns>
    public async Task<bool> LookAsync()
    {
        var seen = await read();
        lock (gate) last = seen;
        if (!seen.TryGetRight(out var health, out _)) return false;
        Tell(health.Problems);
        return true;
    }

    /// <summary>One line when what endangers letters changes, and none where only a number in it does.</summary>
    void Tell(IReadOnlyList<string> problems)
    {
        var kinds = string.Join("; ", problems.Select(CauseFingerprint.Of));
        if (kinds == told) return;
        told = kinds;
        if (problems.Count > 0) log.LogWarning("the store of the dead letters: {Problems}", string.Join("; ", problems));
        else log.LogInformation("the store of the dead letters is well");
    }
}
