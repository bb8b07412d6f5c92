using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Audit;

/// <summary>Who asks for something.</summary>
/// <param name="Actor">The name of the key.</param>
/// <param name="TraceId">Of the request, as its log lines have it: the caller's own where it sent one.</param>
public sealed record Caller(string Actor, string? Address, string? TraceId)
{
    public static Caller Of(HttpContext http) => new(
        http.User.Identity?.Name ?? "anonymous", http.Connection.RemoteIpAddress?.ToString(), http.TraceIdentifier);
}
