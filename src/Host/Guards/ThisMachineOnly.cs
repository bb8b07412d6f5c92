using System.Net;
using Hobom.Slices.Host.Access;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Authorization;

namespace Hobom.Slices.Host.Guards;

/// <summary>
/// Where no key is set: everybody is told whether the process is well, and may bring signed events of other systems, and only this
/// machine gets anything else. A caller behind a reverse proxy has the proxy's address here, and no header is believed to say
/// otherwise. One is believed to say who must not be answered: a page of any site can have its own name lead to this machine, and the
/// browser that shows it then asks from here, for pages of the same site as it believes; under that name.
/// </summary>
static class ThisMachineOnly
{
    const string Refusal = "without a key only the machine itself is answered: "
        + $"{AccessSettings.InternalKeyVariable} opens the API to callers with that key, {KeysFile.Variable} to people with keys of "
        + $"their own, {AccessSettings.AnonymousVariable}=true to everybody";

    const string OtherName = "without a key this machine is answered under its own name only, localhost or a loopback address: "
        + $"for any other {AccessSettings.InternalKeyVariable} or {KeysFile.Variable} is required";

    public static Task RefuseOthersAsync(HttpContext http, RequestDelegate next)
    {
        if (IsForAll(http)) return next(http);
        if (!IsThisMachine(http.Connection.RemoteIpAddress)) return RefuseAsync(http, "no key is set, and it is another machine", Refusal);
        return IsNamedAsThisMachine(http.Request.Host)
            ? next(http)
            : RefuseAsync(http, "no key is set, and it asks for another name than this machine's", OtherName);
    }

    static Task RefuseAsync(HttpContext http, string why, string told)
    {
        http.RequestServices.GetRequiredService<RefusalLog>().Note(http, StatusCodes.Status403Forbidden, why);
        return ErrorAnswer.WriteAsync(http, StatusCodes.Status403Forbidden, told);
    }

    /// <summary>The page is open to strangers where keys are set; where none is, it would only show what it may not ask.</summary>
    static bool IsForAll(HttpContext http) =>
        http.GetEndpoint()?.Metadata is { } known && known.GetMetadata<IAllowAnonymous>() is not null
        && (known.GetMetadata<SignedRequests>() is not null
            || http.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase));

    /// <summary>A socket for both kinds of addresses tells IPv4 ones as IPv6.</summary>
    public static bool IsThisMachine(IPAddress? caller) =>
        caller is not null && IPAddress.IsLoopback(caller.IsIPv4MappedToIPv6 ? caller.MapToIPv4() : caller);

    /// <summary>A browser always names whom it asks; a probe may leave it out.</summary>
    public static bool IsNamedAsThisMachine(HostString asked) =>
        !asked.HasValue || asked.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(asked.Host, out var address) && IsThisMachine(address));
}
