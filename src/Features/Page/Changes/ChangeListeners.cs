namespace Hobom.Slices.Page.Changes;

/// <summary>Where the letters stand now; null where none are kept.</summary>
public delegate LettersMark? LettersNow();

/// <summary>How many streams of changes each caller has open.</summary>
public sealed class ChangeListeners
{
    public const int Limit = 20;

    readonly Lock gate = new();
    readonly Dictionary<string, int> open = new(StringComparer.Ordinal);

    public bool TryEnter(string caller)
    {
        lock (gate)
        {
            var count = open.GetValueOrDefault(caller);
            if (count >= Limit) return false;
            open[caller] = count + 1;
            return true;
        }
    }

    public void Leave(string caller)
    {
        lock (gate)
        {
            if (open[caller] == 1) open.Remove(caller);
            else open[caller]--;
        }
    }
}
