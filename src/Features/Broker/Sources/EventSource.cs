namespace Hobom.Slices.Broker.Sources;

/// <summary>How a sender signs. The names, in lower case, are those of the setting.</summary>
public enum SignatureScheme
{
    /// <summary>standardwebhooks.com: <c>webhook-id</c>, <c>webhook-timestamp</c>, <c>webhook-signature</c>.</summary>
    Standard,

    /// <summary><c>X-Hub-Signature-256</c> over the body alone: nothing in it says when it was made.</summary>
    GitHub,

    /// <summary><c>Stripe-Signature: t=…,v1=…</c>.</summary>
    Stripe,
}

/// <summary>Another system whose events come in over HTTP, each signed with a secret that both know.</summary>
/// <param name="Secrets">All that are taken, the newest first: while a secret is changed there are two.</param>
/// <param name="Tolerance">How far the sender's clock may be from ours, either way; what is older is a replay.</param>
public sealed record EventSource(string Name, SignatureScheme Scheme, IReadOnlyList<string> Secrets, string TypePrefix, TimeSpan Tolerance)
{
    /// <summary>Secrets: nothing of them is printed by accident.</summary>
    public override string ToString() => $"source {Name}";
}
