using System.Diagnostics;
using System.Security.Claims;

namespace Hobom.Slices.Http;

/// <summary>What callers may do. Each name is also the name of the policy that asks for it.</summary>
public static class Role
{
    /// <summary>Looks at everything, letters masked.</summary>
    public const string Reader = "reader";

    /// <summary>Sees letters whole, replays and discards them, runs and pauses pollers. A reader too.</summary>
    public const string Operator = "operator";

    /// <summary>Changes what a letter holds. An operator too.</summary>
    public const string Editor = "editor";

    /// <summary>Reads the audit, and what a reader reads.</summary>
    public const string Auditor = "auditor";

    public static IReadOnlyList<string> All { get; } = [Reader, Operator, Editor, Auditor];

    /// <summary>Whether payloads, headers and error texts are shown as they are; all others get them masked.</summary>
    public static bool SeesAll(ClaimsPrincipal user) => user.IsInRole(Operator);

    /// <summary>The roles with those that they contain.</summary>
    public static IReadOnlyList<string> Held(IEnumerable<string> given) =>
        [.. given.SelectMany(Contained).Distinct(StringComparer.Ordinal)];

    static string[] Contained(string role) => role switch
    {
        Editor => [Reader, Operator, Editor],
        Operator => [Reader, Operator],
        Auditor => [Reader, Auditor],
        Reader => [Reader],
        _ => throw new UnreachableException($"there is no role {role}"),
    };
}
