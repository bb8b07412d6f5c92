namespace Hobom.Slices.Http;

/// <summary>
/// On a route that believes no request without a signature over its body: it is as open where no key is set, for no page can make one.
/// </summary>
public sealed class SignedRequests
{
    public static SignedRequests Only { get; } = new();
}
