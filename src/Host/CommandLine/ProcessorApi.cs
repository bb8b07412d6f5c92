using System.Text.Json;
using LanguageExt;

namespace Hobom.Slices.Host.CommandLine;

/// <summary>An answer of the processor's, whatever its status.</summary>
/// <param name="Error">Null where the status tells of success.</param>
sealed record ApiAnswer(int Status, string Body, string? Error)
{
    // What another server answers shall not pass for an answer with nothing in it.
    static readonly JsonSerializerOptions Strict = new(JsonSerializerOptions.Web)
    {
        RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    };

    /// <summary>Whether the server itself said why; a proxy before it does not.</summary>
    public bool IsExplained { get; init; }

    /// <exception cref="JsonException">It is no answer of this API.</exception>
    public T Read<T>() => JsonSerializer.Deserialize<T>(Body, Strict) ?? throw new JsonException("the answer is null");
}

/// <summary>The HTTP API of one processor, and no other address.</summary>
sealed class ProcessorApi(HttpMessageHandler transport, Uri root, string? key) : IDisposable
{
    static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    readonly HttpClient http = new(transport) { Timeout = AnswerLimit, MaxResponseContentBufferSize = 64 << 20 };

    /// <summary>Neither redirects nor a proxy: the key goes nowhere else.</summary>
    public static HttpMessageHandler NewTransport() => new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5),
    };

    public Task<Either<string, ApiAnswer>> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Either<string, ApiAnswer>> PostAsync(string path, object? body) => SendAsync(HttpMethod.Post, path, body);

    public void Dispose() => http.Dispose();

    /// <param name="body">As JSON; an <see cref="HttpContent"/> as it is.</param>
    /// <returns>Left where no answer came.</returns>
    public async Task<Either<string, ApiAnswer>> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, root + path);
        if (key is not null) request.Headers.Add("x-api-key", key);
        if (body is not null) request.Content = body as HttpContent ?? JsonContent.Create(body);
        try
        {
            using var response = await http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            var status = (int)response.StatusCode;
            if (response.IsSuccessStatusCode) return new ApiAnswer(status, text, null);
            var reason = ReasonIn(text);
            return new ApiAnswer(
                status, text, $"{status}: {reason ?? response.StatusCode.ToString()}") { IsExplained = reason is not null };
        }
        catch (HttpRequestException e)
        {
            return $"{root.GetLeftPart(UriPartial.Authority)} cannot be reached: {e.Message}";
        }
        catch (OperationCanceledException)
        {
            return $"{root.GetLeftPart(UriPartial.Authority)} gave no answer in {AnswerLimit.TotalSeconds} s";
        }
    }

    static string? ReasonIn(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind is JsonValueKind.Object && json.RootElement.TryGetProperty("error", out var error)
                ? error.ToString()
                : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
