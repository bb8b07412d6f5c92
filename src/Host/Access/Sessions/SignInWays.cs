namespace Hobom.Slices.Host.Access.Sessions;

/// <summary>How people may sign in at the page, and what they find there.</summary>
/// <param name="Parts">What is on: relay, broker, streams.</param>
sealed record SignInWays(IReadOnlyList<string> Names, IReadOnlyList<string> Parts)
{
    public const string Key = "key";
    public const string Oidc = "oidc";

    public static SignInWays Of(AccessSettings access, IReadOnlyList<string> parts) => new(
        [
            .. access.Oidc is null ? (string[])[] : [Oidc],
            .. access.InternalKey is null && access.KeysPath is null ? (string[])[] : [Key],
        ],
        parts);
}
