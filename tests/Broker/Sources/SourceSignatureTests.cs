using System.Security.Cryptography;
using System.Text;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Broker.Sources;
using LanguageExt;
using StandardWebhooks;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Sources;

public sealed class SourceSignatureTests
{
    static readonly string NewSecret = $"whsec_{Convert.ToBase64String(new byte[24])}";

    static readonly string OldSecret = $"whsec_{Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray())}";

    static readonly byte[] Body = "{\"type\":\"invoice.paid\",\"id\":\"evt_1\", \"n\":1.0e2}"u8.ToArray();

    readonly Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);

    [Fact]
    public void A_standard_webhook_signed_with_either_secret_is_believed_within_its_time()
    {
        foreach (var secret in (string[])[NewSecret, OldSecret])
        {
            SignStandard(secret, Noon);
            Assert.Equal("msg_1", Check(SignatureScheme.Standard, NewSecret, OldSecret).Right().IfNone(""));
        }

        Assert.Equal(SignatureFault.Wrong, Fault(Check(SignatureScheme.Standard, NewSecret)));
        SignStandard(NewSecret, Noon.AddMinutes(-6));
        Assert.Equal(SignatureFault.OutOfTime, Fault(Check(SignatureScheme.Standard, NewSecret)));
        SignStandard(NewSecret, Noon.AddMinutes(6));
        Assert.Equal(SignatureFault.OutOfTime, Fault(Check(SignatureScheme.Standard, NewSecret)));
        SignStandard(NewSecret, Noon);
        headers["webhook-id"] = "msg_2";
        Assert.Equal(SignatureFault.Wrong, Fault(Check(SignatureScheme.Standard, NewSecret)));
        headers.Remove("webhook-signature");
        Assert.Equal(SignatureFault.Missing, Fault(Check(SignatureScheme.Standard, NewSecret)));
    }

    [Fact]
    public void GitHubs_header_is_checked_over_the_bytes()
    {
        // The example of GitHub's own documentation.
        var source = new EventSource("g", SignatureScheme.GitHub, ["It's a Secret to Everybody"], "g", TimeSpan.FromMinutes(5));
        headers["X-Hub-Signature-256"] = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        headers["X-GitHub-Delivery"] = "72d3162e";
        Assert.Equal("72d3162e", SourceSignature.Check(source, Header, "Hello, World!"u8.ToArray(), Noon).Right().IfNone(""));
        Assert.Equal(SignatureFault.Wrong, Fault(SourceSignature.Check(source, Header, "Hello, World?"u8.ToArray(), Noon)));
    }

    [Fact]
    public void Stripes_header_may_hold_several_signatures_and_has_a_time()
    {
        var good = Hex("secret", $"{Noon.ToUnixTimeSeconds()}.");
        headers["Stripe-Signature"] = $"t={Noon.ToUnixTimeSeconds()},v1={Hex("another", "x")},v1={good},v0=old";
        Assert.True(Check(SignatureScheme.Stripe, "secret").IsRight);
        headers["Stripe-Signature"] = $"t={Noon.ToUnixTimeSeconds() + 1},v1={good}";
        Assert.Equal(SignatureFault.Wrong, Fault(Check(SignatureScheme.Stripe, "secret")));
        headers["Stripe-Signature"] = $"t=99,v1={good}";
        Assert.Equal(SignatureFault.OutOfTime, Fault(Check(SignatureScheme.Stripe, "secret")));
        headers["Stripe-Signature"] = "v1";
        Assert.Equal(SignatureFault.Missing, Fault(Check(SignatureScheme.Stripe, "secret")));
    }

    [Fact]
    public void A_delivery_becomes_an_event_with_the_bodys_own_bytes()
    {
        var given = SourceEvent.Of(Source(SignatureScheme.Stripe, "s"), Option<string>.None, Header, Body, "here").Right();
        Assert.Equal(("evt_1", "pay", "pay.invoice.paid"), (given.Id, given.Source, given.Type));
        Assert.Equal(Body, given.Payload.IfNone(default(ReadOnlyMemory<byte>)).ToArray());
        headers["X-GitHub-Event"] = "issues";
        var issue = SourceEvent.Of(Source(SignatureScheme.GitHub, "s"), "d1", Header, "{\"action\":\"opened\"}"u8.ToArray(), "here").Right();
        Assert.Equal(("d1", "pay.issues.opened"), (issue.Id, issue.Type));
        Assert.True(SourceEvent.Of(Source(SignatureScheme.Stripe, "s"), Option<string>.None, Header, "[]"u8.ToArray(), "here").IsLeft);
        Assert.True(SourceEvent.Of(Source(SignatureScheme.Standard, "s"), "d", Header, "no json"u8.ToArray(), "here").IsLeft);
    }

    [Fact]
    public void Sources_come_from_settings_and_a_bad_one_is_told_without_its_secret()
    {
        var read = BrokerSettingsReader.Read(new Dictionary<string, string>
        {
            ["HOBOM_BROKER_PROVIDER"] = "memory", ["HOBOM_BROKER_SOURCES_GIT_HUB_SCHEME"] = "github",
            ["HOBOM_BROKER_SOURCES_GIT_HUB_SECRETS"] = "one, two", ["HOBOM_BROKER_SOURCES_GIT_HUB_TYPE_PREFIX"] = "code",
        }).Right().IfNone(() => throw new InvalidOperationException("off"));
        var source = Assert.Single(read.Sources);
        Assert.Equal(("git-hub", SignatureScheme.GitHub, "code"), (source.Name, source.Scheme, source.TypePrefix));
        Assert.Equal(["one", "two"], source.Secrets);
        Assert.DoesNotContain("one", $"{source}", StringComparison.Ordinal);
        var bad = BrokerSettingsReader.Read(new Dictionary<string, string>
        {
            ["HOBOM_BROKER_PROVIDER"] = "memory", ["HOBOM_BROKER_SOURCES_PAY_SECRETS"] = "hunter2",
        }).Match(_ => throw new InvalidOperationException("right"), problems => string.Join('\n', problems));
        Assert.Contains("HOBOM_BROKER_SOURCES_PAY_SECRETS", bad, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", bad, StringComparison.Ordinal);
    }

    void SignStandard(string secret, DateTimeOffset at)
    {
        headers["webhook-id"] = "msg_1";
        headers["webhook-timestamp"] = $"{at.ToUnixTimeSeconds()}";
        headers["webhook-signature"] = new StandardWebhook(secret).Sign("msg_1", at, Encoding.UTF8.GetString(Body));
    }

    Either<SignatureFault, Option<string>> Check(SignatureScheme scheme, params string[] secrets) =>
        SourceSignature.Check(Source(scheme, secrets), Header, Body, Noon);

    static EventSource Source(SignatureScheme scheme, params string[] secrets) => new("pay", scheme, secrets, "pay", TimeSpan.FromMinutes(5));

    string? Header(string name) => headers.GetValueOrDefault(name);

    static string Hex(string secret, string before) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), (byte[])[.. Encoding.UTF8.GetBytes(before), .. Body]));

    static SignatureFault Fault(Either<SignatureFault, Option<string>> answer) =>
        answer.Match(_ => throw new InvalidOperationException("believed"), f => f);
}
