using System.Collections.Concurrent;

namespace Hobom.Slices.Runtime.Grpc;

/// <summary>Hands on the answers of some gRPC methods in parts (<see cref="MessageParts"/>), all others as they are.</summary>
/// <param name="largest">The largest message that the client takes, in bytes.</param>
sealed class PartedAnswers(HttpMessageHandler inner, int largest) : DelegatingHandler(inner)
{
    readonly ConcurrentDictionary<string, bool> methods = new(StringComparer.Ordinal);

    /// <param name="method">Its path: <c>/package.Service/Method</c>.</param>
    public void ComeInParts(string method) => methods.TryAdd(method, true);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = base.SendAsync(request, cancellationToken);
        return methods.ContainsKey(request.RequestUri!.AbsolutePath) ? InPartsAsync(answer, cancellationToken) : answer;
    }

    async Task<HttpResponseMessage> InPartsAsync(Task<HttpResponseMessage> answering, CancellationToken cancelled)
    {
        var answer = await answering;
        var whole = answer.Content;
        var parts = new StreamContent(new MessageParts(await whole.ReadAsStreamAsync(cancelled), largest));
        foreach (var (name, values) in whole.Headers.NonValidated) parts.Headers.TryAddWithoutValidation(name, values);
        answer.Content = parts;
        return answer;
    }
}
