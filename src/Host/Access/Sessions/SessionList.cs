using System.Security.Cryptography;
using System.Text;

namespace Hobom.Slices.Host.Access.Sessions;

/// <summary>
/// Who is signed in, kept by this process only: a restart signs everybody out. A session ends half an hour after its last request,
/// eight hours after its begin, when it is told to, and with the key that began it.
/// </summary>
sealed class SessionList(CallerKeys keys, TimeProvider clock)
{
    public static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(30);
    public static readonly TimeSpan WholeLimit = TimeSpan.FromHours(8);

    /// <summary>
    /// More than people. Beyond it the longest unused of whoever has the most goes: a script that signs in again and again takes no
    /// memory and pushes out its own.
    /// </summary>
    public const int CountLimit = 1000;

    readonly Lock gate = new();
    readonly Dictionary<string, Session> byDigest = new(StringComparer.Ordinal);

    sealed record Session(KeyOwner Owner, DateTimeOffset Begun, DateTimeOffset LastSeen);

    /// <returns>What its holder shows from now on: 256 random bits, kept here as a digest.</returns>
    public string Begin(KeyOwner owner)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var now = clock.GetUtcNow();
        lock (gate)
        {
            foreach (var (digest, _) in byDigest.Where(s => IsOver(s.Value, now)).ToArray()) byDigest.Remove(digest);
            if (byDigest.Count >= CountLimit) byDigest.Remove(OneTooMany());
            byDigest[DigestOf(id)] = new Session(owner, now, now);
        }

        return id;
    }

    string OneTooMany() => byDigest
        .GroupBy(s => (s.Value.Owner.KeyId, s.Value.Owner.ByProvider, s.Value.Owner.Name)).MaxBy(owned => owned.Count())!
        .MinBy(s => s.Value.LastSeen).Key;

    /// <summary>Null where the session is none or over. Of a named key, as the keys file has it now.</summary>
    public KeyOwner? Find(string id)
    {
        var (digest, now) = (DigestOf(id), clock.GetUtcNow());
        lock (gate)
        {
            if (!byDigest.TryGetValue(digest, out var session)) return null;
            var owner = session.Owner.KeyId is { } key ? keys.Holder(key) : session.Owner;
            if (owner is null || IsOver(session, now))
            {
                byDigest.Remove(digest);
                return null;
            }

            byDigest[digest] = session with { LastSeen = now };
            return owner;
        }
    }

    public void End(string id)
    {
        lock (gate) byDigest.Remove(DigestOf(id));
    }

    static bool IsOver(Session session, DateTimeOffset now) =>
        now - session.LastSeen >= IdleLimit || now - session.Begun >= WholeLimit;

    static string DigestOf(string id) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}
