using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>The contract's routes as another program calls them.</summary>
static class DeadLetterApi
{
    public const string BasePath = "/hobom-event-processor/internal/api/v1";

    public static Task<(int Status, string Body)> ListLettersAsync(this HttpClient http, string query = "") =>
        http.AskAsync(HttpMethod.Get, $"{BasePath}/dlq{query}");

    public static Task<(int Status, string Body)> GetLetterAsync(this HttpClient http, string key) =>
        http.AskAsync(HttpMethod.Get, $"{BasePath}/dlq/{Uri.EscapeDataString(key)}");

    public static Task<(int Status, string Body)> RetryLetterAsync(this HttpClient http, string key, string query = "") =>
        http.AskAsync(HttpMethod.Post, $"{BasePath}/dlq/retry/{Uri.EscapeDataString(key)}{query}");

    /// <param name="apiKey">Null for the client's own.</param>
    public static async Task<(int Status, string Body)> AskAsync(
        this HttpClient http, HttpMethod method, string path, string? apiKey = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (apiKey is not null) request.Headers.Add("x-api-key", apiKey);
        using var response = await http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Posts to the API; anything but a success throws.</summary>
    public static async Task<JsonElement> PostJsonAsync(this HttpClient http, string path, object body)
    {
        using var response = await http.PostAsJsonAsync(new Uri($"{BasePath}{path}", UriKind.Relative), body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    /// <summary>A client of the same server that sends no key by itself.</summary>
    public static HttpClient Stranger(this HttpClient http)
    {
        var stranger = new HttpClient { BaseAddress = http.BaseAddress };
        stranger.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return stranger;
    }
}
