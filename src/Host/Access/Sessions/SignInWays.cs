namespace Hobom.Slices.Host.Access.Sessions;

/// <summary>How people may sign in at the page, and what they find there.</summary>
/// <param name="Parts">What is on beside the relay.</param>
sealed record SignInWays(IReadOnlyList<string> Names, IReadOnlyList<string> Parts)
{
    public const string Key = "key";

    public static SignInWays Of(AccessSettings access, IReadOnlyList<string> parts) => new(access.IsOpen ? [] : [Key], parts);
}
