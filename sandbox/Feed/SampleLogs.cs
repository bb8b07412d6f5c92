using Hobom.Slices.Protos.Outbox.Log;

namespace Hobom.Slices.Sandbox.Feed;

/// <summary>Request logs, whole headers and bodies included. One in fifty has a method that the consumers do not take.</summary>
public static class SampleLogs
{
    private static readonly (string Method, string Path, int Status)[] s_requests =
    [
        ("GET", "/api/v1/menus/today", 200), ("POST", "/api/v1/auth/login", 401), ("PATCH", "/api/v1/todos/42", 200),
        ("GET", "/api/v1/users/me", 304), ("DELETE", "/api/v1/notes/7", 204), ("PUT", "/api/v1/profile", 500),
        ("POST", "/api/v1/messages", 201), ("GET", "/api/v1/search", 404),
    ];

    private static readonly string[] s_services = ["HOBOM_BACKEND", "HOBOM_API_GATEWAY", "HOBOM_MESSAGE_DELIVERY"];

    /// <param name="n">Counts log lines from 0; the same number gives the same line.</param>
    public static HoBomLogPayload Log(long n) => Line(n, s_services[n % s_services.Length]);

    public static HoBomLogPayload SpaceLog(long n) => Line(n, "HOBOM_SPACE");

    private static HoBomLogPayload Line(long n, string service)
    {
        var (method, path, status) = s_requests[n % s_requests.Length];
        var detail = new LogPayloadDetail
        {
            Query = { ["page"] = $"{n % 9}" },
            Headers = { ["user-agent"] = "Mozilla/5.0 (hobom)", ["authorization"] = $"Bearer sample-{n:x8}" },
            Error = status >= 500 ? "TypeError: Cannot read properties of undefined (reading 'id')" : "",
        };
        if (path.EndsWith("/login", StringComparison.Ordinal))
            detail.Body.Add(new Dictionary<string, string> { ["email"] = "minji.kim@example.com", ["password"] = "not-a-real-one" });
        return new HoBomLogPayload
        {
            TraceId = $"{n:x16}", ServiceType = service, Host = $"10.0.0.{n % 5 + 1}", UserId = $"user-{n % 13}",
            Level = status >= 500 ? "ERROR" : status >= 400 ? "WARN" : "INFO",
            Method = n % 50 == 17 ? "HEAD" : method, Path = path, StatusCode = status,
            Message = status >= 500 ? "요청을 처리하지 못했습니다" : $"{method} {path} {status}",
            Payload = detail,
        };
    }
}
