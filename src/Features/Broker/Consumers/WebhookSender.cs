using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Stores;
using LanguageExt;

namespace Hobom.Slices.Broker.Consumers;

/// <summary>
/// Posts events, signed after Standard Webhooks. The consumer's time limit runs from the first look-up of the name to the
/// last byte of the answer; redirects are not followed, and each address is checked when it is dialled.
/// </summary>
public sealed class WebhookSender(bool allowPrivate, TimeProvider clock) : IDisposable
{
    const string SecretPrefix = "whsec_";

    const int AnswerLimit = 64 * 1024;

    /// <summary>A rebound name is looked up and checked again at the latest then.</summary>
    static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(2);

    readonly HttpClient client = new(NewHandler(allowPrivate)) { Timeout = Timeout.InfiniteTimeSpan };

    public ConsumerPort AsPort() => new ConsumerPort.Sends(
        (sending, stopping) => SendAsync(sending.Claimed, sending.Consumer, stopping));

    public async Task<Either<TryFailure, Unit>> SendAsync(Claimed claimed, Consumer consumer, CancellationToken stopping)
    {
        if (consumer.Target is not ConsumerTarget.Webhook target)
            return new TryFailure.ConsumerDown("the consumer has no address") { Kind = FailureKind.WrongAddress };
        using var request = Request(claimed, target);
        try
        {
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stopping);
            await DrainAsync(answer, stopping);
            return WebhookAnswer.Judge(answer, clock.GetUtcNow());
        }
        catch (HttpRequestException failed)
        {
            return Judge(failed);
        }
        catch (IOException broken)
        {
            return new TryFailure.Transient($"the answer broke off: {broken.Message}") { Kind = FailureKind.ReceiverFailed };
        }
    }

    public void Dispose() => client.Dispose();

    HttpRequestMessage Request(Claimed claimed, ConsumerTarget.Webhook target)
    {
        var isStructured = target.Form is CloudEventForm.Structured;
        var body = isStructured ? CloudEventDocument.Of(claimed) : claimed.Event.Payload.IfNone(ReadOnlyMemory<byte>.Empty);
        var now = clock.GetUtcNow();
        var request = new HttpRequestMessage(HttpMethod.Post, target.Address) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = ContentTypeOf(claimed.Event, target.Form);
        // The same at each try, and of nobody else's event: by it a receiver knows a repeat.
        var id = claimed.RowId.ToString();
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        if (target.Secrets.Count > 0)
            request.Headers.Add("webhook-signature", string.Join(' ', target.Secrets.Select(s => Sign(s, id, now, body))));
        foreach (var (name, value) in EventHeaders.Of(claimed, target.Form)) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    static MediaTypeHeaderValue ContentTypeOf(BrokerEvent given, CloudEventForm form)
    {
        var plain = form is CloudEventForm.Structured ? CloudEventDocument.ContentType : CloudEventAttributes.Json;
        return form is CloudEventForm.Binary && MediaTypeHeaderValue.TryParse(CloudEventAttributes.ContentTypeOf(given), out var own)
            ? own
            : new MediaTypeHeaderValue(plain);
    }

    /// <summary>
    /// Over the bytes that are sent: the package of the field signs a text, and is not of one mind with itself beyond
    /// ASCII.
    /// </summary>
    static string Sign(string secret, string id, DateTimeOffset now, ReadOnlyMemory<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Convert.FromBase64String(secret[SecretPrefix.Length..]));
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{now.ToUnixTimeSeconds()}."));
        hmac.AppendData(body.Span);
        return $"v1,{Convert.ToBase64String(hmac.GetHashAndReset())}";
    }

    static async Task DrainAsync(HttpResponseMessage answer, CancellationToken stopping)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(stopping);
        var buffer = new byte[8192];
        for (var read = 0; read < AnswerLimit;)
        {
            var count = await body.ReadAsync(buffer, stopping);
            if (count == 0) return;
            read += count;
        }
    }

    static TryFailure Judge(HttpRequestException failed) => failed switch
    {
        { InnerException: RefusedAddressException refused } =>
            new TryFailure.ConsumerDown(refused.Message) { Kind = FailureKind.WrongAddress },
        {
            HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError,
        }
            or { InnerException: SocketException or AuthenticationException } =>
                new TryFailure.ConsumerDown($"not reached: {failed.Message}") { Kind = FailureKind.Unreachable },
        _ => new TryFailure.Transient($"{failed.HttpRequestError}: {failed.Message}") { Kind = FailureKind.ReceiverFailed },
    };

    static SocketsHttpHandler NewHandler(bool allowPrivate) => new()
    {
        AllowAutoRedirect = false, UseProxy = false, UseCookies = false, PooledConnectionLifetime = ConnectionLife,
        ConnectCallback = async (context, stopping) => await DialledAddress.ConnectAsync(context.DnsEndPoint, allowPrivate, stopping),
    };
}
