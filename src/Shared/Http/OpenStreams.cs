namespace Hobom.Slices.Http;

/// <summary>How many streams of server-sent events each caller has open, of each kind. One for all routes.</summary>
public sealed class OpenStreams
{
    /// <summary>Of one kind, for one caller.</summary>
    public const int Limit = 20;

    readonly Lock gate = new();
    readonly Dictionary<(string Kind, string Caller), int> open = [];

    /// <summary>False where the caller has too many already; else to be left again.</summary>
    public bool TryEnter(string kind, string caller)
    {
        lock (gate)
        {
            var count = open.GetValueOrDefault((kind, caller));
            if (count >= Limit) return false;
            open[(kind, caller)] = count + 1;
            return true;
        }
    }

    public void Leave(string kind, string caller)
    {
        lock (gate)
        {
            if (open[(kind, caller)] == 1) open.Remove((kind, caller));
            else open[(kind, caller)]--;
        }
    }
}
