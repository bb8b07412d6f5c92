using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hobom.Slices.DeadLetters.Endpoints;

static class DeadLetterKeyInRoute
{
    /// <summary>
    /// The key that the last segment of the path names. It is read from the request line, because the server's own
    /// decoding leaves %2F as it is and so makes two ids one.
    /// </summary>
    public static Either<KeyFault, DeadLetterKey> Read(HttpContext http)
    {
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var path = target.Split('?', 2)[0];
        return DeadLetterKey.Parse(Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]));
    }
}
