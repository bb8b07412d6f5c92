using Hobom.Slices.Core;
using Hobom.Slices.Http;
using LanguageExt;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Letters.Endpoints;

/// <summary>The key that a route names: its part <c>{key}</c>, percent-encoded, or <c>-</c> there and the key as <c>?key=</c>.</summary>
static class DeadLetterKeyInRoute
{
    /// <summary>No key. The server refuses a path with %00 in it, and there are keys with a NUL.</summary>
    const string InQuery = "-";

    public const string Description = "dlq:<category>:<event id>, percent-encoded; or -, and the key as ?key=, which takes a NUL (%00) too";

    public static Either<KeyFault, DeadLetterKey> Read(HttpContext http) => DeadLetterKey.Parse(RoutePart.Of(http, "key") switch
    {
        InQuery => http.Request.Query["key"] is [{ } one] ? one : "",
        var key => key,
    });
}
