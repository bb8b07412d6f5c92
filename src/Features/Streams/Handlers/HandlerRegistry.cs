using LanguageExt;

namespace Hobom.Slices.Streams;

/// <summary>
/// Who handles what, by domain and type: two domains may have types of one name. The domains that are read are those that
/// have a handler; stream commands know no globs.
/// </summary>
public sealed class HandlerRegistry
{
    readonly Dictionary<(string Domain, string Type), EntryHandler> handlers;

    /// <exception cref="ArgumentException">Two handlers take one type of one domain.</exception>
    public HandlerRegistry(IReadOnlyList<EntryHandler> handlers)
    {
        this.handlers = handlers.ToDictionary(h => (h.Domain, h.Type));
        Domains = [.. handlers.Select(h => h.Domain).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>All that this build handles, a line each.</summary>
    public static HandlerRegistry Default { get; } = new(
    [
        LoginHandler.Handler,
        LogoutHandler.Handler,
        MessageSentHandler.Handler,
        MessageCompleteHandler.Handler,
        FeedbackHandler.Handler,
        ScanStartHandler.Handler,
        ScanCompleteHandler.Handler,
        ArticleFetchedHandler.Handler,
    ]);

    public IReadOnlyList<string> Domains { get; }

    public IEnumerable<string> TypesOf(string domain) => handlers.Keys.Where(k => k.Domain == domain).Select(k => k.Type);

    public Either<EntryRefusal, EntryHandler> Find(string domain, StreamEntry entry) =>
        entry.Type is not { Length: > 0 } type ? new EntryRefusal.NoType()
        : handlers.TryGetValue((domain, type), out var handler) ? handler
        : new EntryRefusal.UnknownType(domain, type);

    /// <summary>What an entry is ordered by; one that belongs to no key, or whose handler cannot tell, stands for itself.</summary>
    public string OrderKeyOf(string domain, StreamEntry entry)
    {
        try
        {
            return Find(domain, entry).Match(Right: handler => handler.OrderKey(entry), Left: _ => null) ?? entry.Id.ToString();
        }
        catch (Exception)
        {
            return entry.Id.ToString();
        }
    }

    /// <summary>For metrics: a known type, or <c>other</c>, so that no producer can make labels without end.</summary>
    public string LabelOf(string domain, StreamEntry entry) =>
        entry.Type is { } type && handlers.ContainsKey((domain, type)) ? type : "other";
}
