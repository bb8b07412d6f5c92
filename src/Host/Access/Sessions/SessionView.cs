using Hobom.Slices.Http;

namespace Hobom.Slices.Host.Access.Sessions;

/// <summary>Who is looking, and how one may sign in.</summary>
/// <param name="Name">Null of a stranger.</param>
/// <param name="Roles">Of those that the API's routes ask for; none of a stranger.</param>
/// <param name="SignedIn">By a session, which can be ended.</param>
/// <param name="Ways">How to sign in: key, or oidc. None where everybody is let in.</param>
/// <param name="Parts">What is on: relay, broker, streams. Told to nobody who is a stranger.</param>
/// <param name="Version">Of this program.</param>
public sealed record SessionView(
    string? Name, IReadOnlyList<string> Roles, bool SignedIn, IReadOnlyList<string> Ways, IReadOnlyList<string> Parts, string Version,
    DateTimeOffset Now)
{
    static readonly string Build = typeof(SessionView).Assembly.GetName().Version?.ToString(3) ?? "";

    internal static SessionView Of(KeyOwner? owner, bool signedIn, SignInWays ways, DateTimeOffset now) =>
        new(owner?.Name, owner?.Roles ?? [], signedIn, ways.Names, owner is null ? [] : ways.Parts, Build, now);

    internal static readonly SessionView Example = new(
        "anna", [Role.Reader, Role.Operator], SignedIn: true, ["key"], ["relay", "broker"], "0.1.0", DateTimeOffset.UnixEpoch);

    internal static readonly SessionView Stranger = new(null, [], SignedIn: false, ["key"], [], "0.1.0", DateTimeOffset.UnixEpoch);
}
