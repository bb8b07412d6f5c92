using System.Net.Http.Json;
using System.Text.Json;

namespace Hobom.Slices.Tests.Integration.Interop;

/// <summary>
/// What a test may ask of the grpc-js backends and order from them. Backends are <c>main</c>, <c>space</c> and
/// <c>llm</c>; tests/Integration/grpc-js/README.md lists the rpc names and what each order does.
/// A call that is not understood throws <see cref="InvalidOperationException"/> with the server's reason.
/// </summary>
public sealed class GrpcJsControl(Uri address) : IDisposable
{
    readonly HttpClient http = new() { BaseAddress = address };

    /// <summary>Adds rows: objects with the wire's field names in camel case, int64 as text.</summary>
    public Task AddRowsAsync(string backend, params object[] rows) => PostAsync("/rows", new { backend, rows });

    /// <summary>Adds <paramref name="count"/> rows with the ids idPrefix + number, numbers from <paramref name="start"/> on.</summary>
    public Task GenerateRowsAsync(
        string backend, string eventType, int count, int start = 0, int bodyBytes = 0, string? idPrefix = null) =>
        PostAsync("/rows/generate", new { backend, eventType, count, start, bodyBytes, idPrefix });

    /// <summary>Rows as they stand; null stands for every status and every event type.</summary>
    public Task<GrpcJsRow[]> RowsAsync(string backend, string? status = null, string? eventType = null) =>
        GetAsync<GrpcJsRow[]>(Query("/rows", ("backend", backend), ("status", status), ("eventType", eventType)));

    /// <summary>Deletes one row, as the backend's retention does.</summary>
    public async Task DeleteRowAsync(string backend, string eventId)
    {
        using var response = await SendAsync(HttpMethod.Delete, Query("/rows", ("backend", backend), ("eventId", eventId)));
    }

    /// <summary>How many rows of an event type have a status now.</summary>
    public async Task<int> CountAsync(string backend, string eventType, string status)
    {
        var state = (await StateAsync())[backend];
        return state.Counts?.GetValueOrDefault(eventType)?.GetValueOrDefault(status) ?? 0;
    }

    /// <summary>Backend name -> its state.</summary>
    public Task<Dictionary<string, GrpcJsState>> StateAsync() => GetAsync<Dictionary<string, GrpcJsState>>("/state");

    /// <summary>Every mark of one event id in the order received, those that found no row too.</summary>
    public Task<GrpcJsMark[]> MarksAsync(string backend, string eventId) =>
        GetAsync<GrpcJsMark[]>(Query("/marks", ("backend", backend), ("eventId", eventId)));

    /// <summary>Event id -> every mark of it.</summary>
    public Task<Dictionary<string, GrpcJsMark[]>> AllMarksAsync(string backend) =>
        GetAsync<Dictionary<string, GrpcJsMark[]>>(Query("/marks", ("backend", backend)));

    /// <summary>The first 5,000 calls of one rpc since the last reset, and how many there were.</summary>
    public Task<GrpcJsCalls> CallsAsync(string backend, string rpc) =>
        GetAsync<GrpcJsCalls>(Query("/calls", ("backend", backend), ("rpc", rpc)));

    /// <summary>Orders the outcome of the next calls; rpc <c>*</c> is every call of the backend.</summary>
    public Task ScriptAsync(string backend, string rpc, params GrpcJsOrder[] next) =>
        PostAsync("/script", new { backend, rpc, next });

    public Task ClearScriptsAsync() => PostAsync("/script/clear");

    /// <summary>Orders the next answers of Generate.</summary>
    public Task AnswerGenerateAsync(params GrpcJsOrder[] next) => PostAsync("/llm", new { next });

    public Task ExpectKeyAsync(string backend, string key) => PostAsync("/keys", new { backend, key });

    /// <summary>Destroys the connections and closes the port.</summary>
    public Task StopAsync(string backend) => PostAsync("/stop", new { backend });

    public Task StartAsync(string backend) => PostAsync("/start", new { backend });

    /// <summary>Sends GOAWAY on every connection and cuts those still there after the grace.</summary>
    public Task DrainAsync(string backend, TimeSpan grace) =>
        PostAsync("/drain", new { backend, graceMs = grace.TotalMilliseconds });

    /// <summary>Everything as at the start: no rows, marks, calls or orders, the first key, every backend serving.</summary>
    public Task ResetAsync() => PostAsync("/reset");

    public void Dispose() => http.Dispose();

    async Task PostAsync(string path, object? body = null)
    {
        using var response = await SendAsync(HttpMethod.Post, path, body);
    }

    async Task<T> GetAsync<T>(string path)
    {
        using var response = await SendAsync(HttpMethod.Get, path);
        return (await response.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web))!;
    }

    async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
            request.Content = JsonContent.Create(body, options: GrpcJsOrder.Written);
        var response = await http.SendAsync(request);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw new InvalidOperationException($"{method} {path}: {await response.Content.ReadAsStringAsync()}");
    }

    static string Query(string path, params (string Name, string? Value)[] parts) =>
        path + "?" + string.Join('&', parts.Where(part => part.Value is not null)
            .Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}"));
}
