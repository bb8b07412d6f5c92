using Hobom.Slices.Http;

namespace Hobom.Slices.Streams.Endpoints;

/// <summary>What the routes of streams and state share.</summary>
static class StreamRoutes
{
    public static ErrorAnswer NoSuchStream(string name) =>
        new($"the router reads no stream '{(name.Length <= 100 ? name : name[..100] + "…")}'");

    /// <summary>Why a key's parts are none, or null.</summary>
    public static ErrorAnswer? KeyFault(string kind, string id) =>
        !StateKey.IsKind(kind) ? new ErrorAnswer("kind must be lower-case letters, digits, - and _, 32 at most") { Field = "kind" }
        : id.Length == 0 || System.Text.Encoding.UTF8.GetByteCount(id) > StateKey.IdByteLimit
            ? new ErrorAnswer($"id must be from 1 to {StateKey.IdByteLimit} bytes long") { Field = "id" }
        : null;
}
