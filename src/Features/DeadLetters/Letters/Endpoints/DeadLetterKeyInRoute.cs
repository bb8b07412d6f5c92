using Hobom.Slices.Core;
using Hobom.Slices.Http;
using LanguageExt;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Letters.Endpoints;

static class DeadLetterKeyInRoute
{
    /// <summary>The key that the last segment of the path names, or one before it.</summary>
    public static Either<KeyFault, DeadLetterKey> Read(HttpContext http, int segmentsAfter = 0) =>
        DeadLetterKey.Parse(RawPath.Segment(http, segmentsAfter));
}
