using System.Diagnostics;
using System.Security.Claims;

namespace Hobom.Slices.Http;

/// <summary>What callers may do. Each name is also the name of the policy that asks for it.</summary>
public static class Role
{
    /// <summary>Looks at everything, letters masked.</summary>
    public const string Reader = "reader";

    /// <summary>Sees errors and headers whole, replays and discards letters, runs and pauses pollers. A reader too.</summary>
    public const string Operator = "operator";

    /// <summary>Sees the payload of a letter or an event, one at a time and with a reason that the audit keeps. A reader too.</summary>
    public const string Payload = "payload";

    /// <summary>Changes what a letter holds, and so sees it. An operator too.</summary>
    public const string Editor = "editor";

    /// <summary>Reads the audit, and what a reader reads.</summary>
    public const string Auditor = "auditor";

    public static IReadOnlyList<string> All { get; } = [Reader, Operator, Payload, Editor, Auditor];

    /// <summary>Has it who asks as the main backend does, by the internal key or where no key is set; nobody in a session.</summary>
    public const string BackendClaim = "backend";

    /// <summary>Whether headers and error texts are shown as they are; all others get them masked.</summary>
    public static bool SeesAll(ClaimsPrincipal user) => user.IsInRole(Operator);

    /// <summary>
    /// Whether payloads are shown without a reason: the main backend's own pages show them, as the contract has it. People and
    /// scripts have <see cref="Payload"/>.
    /// </summary>
    public static bool SeesPayloads(ClaimsPrincipal user) => user.HasClaim(c => c.Type == BackendClaim);

    /// <summary>The roles with those that they contain.</summary>
    public static IReadOnlyList<string> Held(IEnumerable<string> given) =>
        [.. given.SelectMany(Contained).Distinct(StringComparer.Ordinal)];

    static string[] Contained(string role) => role switch
    {
        Editor => [Reader, Operator, Payload, Editor],
        Operator => [Reader, Operator],
        Payload => [Reader, Payload],
        Auditor => [Reader, Auditor],
        Reader => [Reader],
        _ => throw new UnreachableException($"there is no role {role}"),
    };
}
