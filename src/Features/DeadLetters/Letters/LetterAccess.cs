using System.Security.Claims;
using Hobom.Slices.DeadLetters.Endpoints;
using Hobom.Slices.DeadLetters.Masking;

namespace Hobom.Slices.DeadLetters.Letters;

/// <summary>Who sees what of a letter.</summary>
public static class LetterAccess
{
    /// <summary>Whether payloads, headers and error texts are shown as they are; all others get them through <see cref="PayloadMask"/>.</summary>
    public static bool SeesAll(ClaimsPrincipal user) => user.IsInRole(Role.Operator);
}
