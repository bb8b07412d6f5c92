using Hobom.Slices.Audit;
using Hobom.Slices.Links.Stores;
using Hobom.Slices.Storage;

namespace Hobom.Slices.Links;

/// <summary>Links beside the events of the broker.</summary>
/// <param name="storage">Null until the broker has opened its store; another one after it was opened anew.</param>
public sealed class LinksSlice(Func<SharedStorage?> storage, AuditTrail trail, TimeProvider clock)
{
    readonly Lock gate = new();
    (SharedStorage Storage, LinkRegister Links)? built;

    public AuditTrail Trail => trail;

    /// <summary>Null until the store is open.</summary>
    public LinkRegister? Open
    {
        get
        {
            if (storage() is not { } opened) return null;
            lock (gate)
            {
                if (built is not { } known || known.Storage != opened)
                    built = (opened, new LinkRegister(LinkStore.Beside(opened, clock)));
                return built.Value.Links;
            }
        }
    }
}
