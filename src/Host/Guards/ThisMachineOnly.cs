using System.Net;
using Hobom.Slices.Host.Access;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Authorization;

namespace Hobom.Slices.Host.Guards;

/// <summary>
/// Where no key is set: everybody is told whether the process is well, and only this machine gets anything else. A caller behind a
/// reverse proxy has the proxy's address here, and no header is believed.
/// </summary>
static class ThisMachineOnly
{
    const string Refusal = "without a key only the machine itself is answered: "
        + $"{AccessSettings.InternalKeyVariable} opens the API to callers with that key, {KeysFile.Variable} to people with keys of "
        + $"their own, {AccessSettings.AnonymousVariable}=true to everybody";

    public static Task RefuseOthersAsync(HttpContext http, RequestDelegate next)
    {
        if (IsThisMachine(http.Connection.RemoteIpAddress) || IsHealth(http)) return next(http);
        http.RequestServices.GetRequiredService<RefusalLog>()
            .Note(http, StatusCodes.Status403Forbidden, "no key is set, and it is another machine");
        return ErrorAnswer.WriteAsync(http, StatusCodes.Status403Forbidden, Refusal);
    }

    /// <summary>The page is open to strangers where keys are set; where none is, it would only show what it may not ask.</summary>
    static bool IsHealth(HttpContext http) =>
        http.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
        && http.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    /// <summary>A socket for both kinds of addresses tells IPv4 ones as IPv6.</summary>
    public static bool IsThisMachine(IPAddress? caller) =>
        caller is not null && IPAddress.IsLoopback(caller.IsIPv4MappedToIPv6 ? caller.MapToIPv4() : caller);
}
