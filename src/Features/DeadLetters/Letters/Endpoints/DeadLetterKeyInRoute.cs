using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hobom.Slices.DeadLetters.Letters.Endpoints;

static class DeadLetterKeyInRoute
{
    /// <summary>
    /// The key that the last segment of the path names, or one before it. It is read from the request line, because the server's own
    /// decoding leaves %2F as it is and so makes two ids one.
    /// </summary>
    public static Either<KeyFault, DeadLetterKey> Read(HttpContext http, int segmentsAfter = 0)
    {
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var segments = target.Split('?', 2)[0].Split('/');
        return DeadLetterKey.Parse(Uri.UnescapeDataString(segments[^(segmentsAfter + 1)]));
    }
}
