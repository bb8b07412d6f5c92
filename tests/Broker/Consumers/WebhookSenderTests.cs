using System.Diagnostics;
using System.Net;
using System.Text;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Consumers;
using Hobom.Slices.Broker.Stores;
using LanguageExt;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using StandardWebhooks;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Consumers;

public sealed class WebhookSenderTests : IAsyncLifetime
{
    const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    const string NewSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    readonly WebApplication receiver;
    RequestDelegate answer = _ => Task.CompletedTask;

    public WebhookSenderTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        receiver = builder.Build();
        receiver.Run(http => answer(http));
    }

    Uri Address => new(receiver.Urls.First() + "/hook");

    public Task InitializeAsync() => receiver.StartAsync();

    public async Task DisposeAsync() => await receiver.DisposeAsync();

    [Fact]
    public async Task The_field_s_own_package_takes_the_signature()
    {
        var (body, headers) = await ReceivedAsync("{ \"a\":1e400,\"a\":[ ] }", [Secret]);
        new StandardWebhook(Secret).Verify(body, headers);
    }

    [Fact]
    public async Task The_body_is_the_payload_and_it_is_signed_with_the_new_and_the_old_secret()
    {
        const string payload = "{ \"ü\":1e400,\"ü\":[ ] }";
        var (body, headers) = await ReceivedAsync(payload, [NewSecret, Secret]);
        Assert.Equal(payload, body);
        var signed = Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{payload}");
        string[] signatures = [.. new[] { NewSecret, Secret }.Select(s => "v1," + Convert.ToBase64String(
            System.Security.Cryptography.HMACSHA256.HashData(Convert.FromBase64String(s["whsec_".Length..]), signed)))];
        Assert.Equal(string.Join(' ', signatures), $"{headers["webhook-signature"]}");
        Assert.Equal(("e1", "tests", "public.users.create"), ($"{headers["event-id"]}", $"{headers["event-source"]}", $"{headers["event-type"]}"));
        Assert.False(headers.ContainsKey("possible-duplicate"));
    }

    async Task<(string Body, IHeaderDictionary Headers)> ReceivedAsync(string payload, IReadOnlyList<string> secrets)
    {
        var (body, headers) = ("", (IHeaderDictionary)new HeaderDictionary());
        answer = async http =>
        {
            body = await new StreamReader(http.Request.Body).ReadToEndAsync();
            headers = new HeaderDictionary(http.Request.Headers.ToDictionary(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase));
        };
        Assert.True((await SendAsync(Claimed(payload), secrets)).IsRight);
        return (body, headers);
    }

    [Fact]
    public async Task A_repeat_has_the_same_id_and_says_that_it_may_be_one()
    {
        var seen = new List<(string Id, string Duplicate)>();
        answer = http =>
        {
            seen.Add(($"{http.Request.Headers["webhook-id"]}", $"{http.Request.Headers["possible-duplicate"]}"));
            return Task.CompletedTask;
        };
        var first = Claimed("{}");
        await SendAsync(first);
        await SendAsync(first with { Attempt = 2 });
        await SendAsync(first with { HasFailed = true });
        var id = first.RowId.ToString();
        Assert.Equal([(id, ""), (id, "1"), (id, "1")], seen);
    }

    [Fact]
    public async Task As_a_CloudEvent_its_attributes_are_headers_that_hold_any_text()
    {
        IHeaderDictionary headers = new HeaderDictionary();
        answer = http =>
        {
            headers = new HeaderDictionary(http.Request.Headers.ToDictionary(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase));
            return Task.CompletedTask;
        };
        var claimed = Claimed("{}");
        const string metadata = """{"subject":"a\r\nx: y","datacontenttype":"application/a+json; v=1"}""";
        await SendAsync(claimed with { Event = claimed.Event with { Id = "ä 1%\r\nx: y", Metadata = metadata } }, asCloudEvent: true);
        Assert.Equal(("1.0", "%C3%A4%201%25%0D%0Ax:%20y"), ($"{headers["ce-specversion"]}", $"{headers["ce-id"]}"));
        Assert.Equal(("a%0D%0Ax:%20y", "application/a+json; v=1"), ($"{headers["ce-subject"]}", $"{headers.ContentType}"));
        Assert.False(headers.ContainsKey("x"));
    }

    [Theory]
    [InlineData(204, null, null)]
    [InlineData(302, typeof(TryFailure.ConsumerDown), "wrong-address")]
    [InlineData(400, typeof(TryFailure.Permanent), "refused")]
    [InlineData(401, typeof(TryFailure.ConsumerDown), "credentials")]
    [InlineData(404, typeof(TryFailure.ConsumerDown), "wrong-address")]
    [InlineData(410, typeof(TryFailure.ConsumerGone), "gone")]
    [InlineData(429, typeof(TryFailure.ConsumerDown), "busy")]
    [InlineData(500, typeof(TryFailure.Transient), "receiver-failed")]
    [InlineData(503, typeof(TryFailure.Transient), "receiver-failed")]
    public async Task An_answer_means_what_it_says(int status, Type? failure, string? kind)
    {
        answer = http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        };
        var result = await SendAsync(Claimed("{}"));
        Assert.Equal(failure, result.MatchUnsafe(_ => null, f => f.GetType()));
        Assert.Equal(kind, result.MatchUnsafe(_ => null, f => f.Kind?.Word()));
    }

    [Fact]
    public async Task A_receiver_that_asks_for_time_is_heard_up_to_an_hour()
    {
        answer = http =>
        {
            http.Response.StatusCode = 429;
            http.Response.Headers.RetryAfter = "86400";
            return Task.CompletedTask;
        };
        var result = await SendAsync(Claimed("{}"));
        Assert.Equal(TimeSpan.FromHours(1), result.Match(_ => default, f => f.RetryAfter));
    }

    [Fact]
    public async Task A_private_address_is_not_dialled_unless_it_is_allowed()
    {
        var called = false;
        answer = _ =>
        {
            called = true;
            return Task.CompletedTask;
        };
        using var sender = new WebhookSender(allowPrivate: false, TimeProvider.System);
        var result = await sender.SendAsync(Claimed("{}"), Webhook([], false), default);
        Assert.Contains("no public address", result.Match(_ => "", f => f.Reason), StringComparison.Ordinal);
        Assert.IsType<TryFailure.ConsumerDown>(result.Match(_ => null!, f => f));
        Assert.False(called);
    }

    [Theory]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.0.1", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("2002:a00:1::1", false)]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700:4700::1111", true)]
    public void An_address_is_public_or_not(string address, bool isPublic) => Assert.Equal(isPublic, DialledAddress.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public async Task An_answer_that_never_ends_ends_with_the_time_limit()
    {
        answer = async http =>
        {
            await http.Response.StartAsync();
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.WriteAsync("x");
                await http.Response.Body.FlushAsync();
                await Task.Delay(50);
            }
        };
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        using var sender = new WebhookSender(allowPrivate: true, TimeProvider.System);
        var begun = Stopwatch.GetTimestamp();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sender.SendAsync(Claimed("{}"), Webhook([], false), limit.Token));
        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_receiver_that_is_away_says_so_of_every_event()
    {
        var gone = Address;
        await receiver.StopAsync();
        using var sender = new WebhookSender(allowPrivate: true, TimeProvider.System);
        var consumer = Webhook([], false) with { Target = new ConsumerTarget.Webhook(gone, [], CloudEventForm.None) };
        Assert.IsType<TryFailure.ConsumerDown>((await sender.SendAsync(Claimed("{}"), consumer, default)).Match(_ => null!, f => f));
    }

    async Task<Either<TryFailure, Unit>> SendAsync(Claimed claimed, IReadOnlyList<string>? secrets = null, bool asCloudEvent = false)
    {
        using var sender = new WebhookSender(allowPrivate: true, TimeProvider.System);
        return await sender.SendAsync(claimed, Webhook(secrets ?? [], asCloudEvent), default);
    }

    Consumer Webhook(IReadOnlyList<string> secrets, bool asCloudEvent) =>
        Consumer("hook") with { Kind = ConsumerKind.Webhook, Target = new ConsumerTarget.Webhook(Address, secrets, asCloudEvent ? CloudEventForm.Binary : CloudEventForm.None) };

    static Claimed Claimed(string payload) => new(Guid.NewGuid(), 1, "hook", 1, 1, Noon, Guid.NewGuid(), Event("e1", payload: payload));
}
