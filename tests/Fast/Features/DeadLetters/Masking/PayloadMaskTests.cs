using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Masking;
using Hobom.Slices.Http.Masking;
using Hobom.Slices.Law;
using Hobom.Slices.Logs;
using Hobom.Slices.Messages;
using Hobom.Slices.Space;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Masking;

public sealed class PayloadMaskTests
{
    static readonly string[] Canaries =
    [
        "canary.bird@mine.example", "Bearer canaryBearer", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl",
        "4111111111111111", "4111 1111 1111 1111", "DE89370400440532013000", "password=canaryPass",
        "{\"authorization\":\"Basic canaryBasic\"}", "https://canaryUser:canaryPw@host.example/x",
    ];

    static readonly string[] NeverShown =
        ["anary.bird", "canaryBearer", "eyJ", "41111111", "4111 1111", "DE8937", "canaryPass", "canaryBasic", "canaryUser", "canaryPw", "Y2FuYX"];

    static readonly MaskRules Rules = new(
    [
        (MessageDecisions.Route.Category, MessagesSlice.Payloads(TimeProvider.System)),
        (LogFlow.Main.Route.Category, LogsSlice.Payloads(LogFlow.Main)),
        (LogFlow.Space.Route.Category, LogsSlice.Payloads(LogFlow.Space)),
        (SpaceDecisions.Route.Category, SpaceSlice.Payloads),
        (LawDecisions.Route.Category, LawSlice.Payloads),
    ]);

    static readonly string[] Categories = ["menu", "log", "space", "space-log", "law", "unheard-of"];

    [Fact]
    public void Of_a_message_the_kind_and_the_title_are_shown() => Assert.Equal(
        """{"type":"MAIL_MESSAGE","title":"Welcome","body":"***","recipient":"***","senderId":"***","sentAt":"2026-03-05T12:51:13.123Z"}""",
        Masked("menu", """{"type":"MAIL_MESSAGE","title":"Welcome","body":"Hi Ann","recipient":"a@b.org","senderId":"u1","sentAt":"2026-03-05T12:51:13.123Z"}"""));

    [Fact]
    public void Of_a_log_what_the_request_carried_is_hidden() => Assert.Equal(
        """
        [{"serviceType":"HOBOM_BACKEND","level":"ERROR","traceId":"0a1b2c3d4e5f60718293a4b5c6d7e8f9","message":"no user a***@b***.org",
        "httpMethod":"POST","path":"/login?***","statusCode":401,"host":"h1","userId":"***","payload":{"method":"POST","payload":
        {"query":{"q":"***"},"body":{"pw":"***"},"headers":{"authorization":"***","accept":"***"},"error":"token: ***"}}}]
        """.ReplaceLineEndings(""),
        Masked("log", """
        [{"serviceType":"HOBOM_BACKEND","level":"ERROR","traceId":"0a1b2c3d4e5f60718293a4b5c6d7e8f9","message":"no user ann@b.org",
        "httpMethod":"POST","path":"/login?q=ann","statusCode":401,"host":"h1","userId":"u7","payload":{"method":"POST","payload":
        {"query":{"q":"ann"},"body":{"pw":"1"},"headers":{"authorization":"x","accept":"y"},"error":"token: abc"}}}]
        """));

    [Fact]
    public void Of_a_refused_row_the_row_and_the_record_s_fields_are_shown() => Assert.Equal(
        """{"eventId":"e1","status":"PENDING","payload":{"type":"FAX","body":"***"},"retryCount":2}""",
        Masked("menu", """{"eventId":"e1","status":"PENDING","payload":{"type":"FAX","body":"Hi"},"retryCount":2}"""));

    [Theory]
    [InlineData("menu", "{\"new\":\"field\",\"type\":{\"a\":1},\"title\":[\"x\"]}", "{\"new\":\"***\",\"type\":\"***\",\"title\":\"***\"}")]
    [InlineData("menu", "{\"type\":\"A\",\"type\":\"B\"}", "{\"type\":\"A\",\"…\":\"1 more\"}")]
    [InlineData("menu", "{\"title\":\"\\ud800\",\"body\":\"\",\"sentAt\":null}", "{\"title\":\"***\",\"body\":\"\",\"sentAt\":null}")]
    [InlineData("menu", "\"text\"", "\"***\"")]
    [InlineData("menu", "[1,2]", "\"***\"")]
    [InlineData("menu", "no JSON", "\"***\"")]
    [InlineData("menu", "{} {}", "\"***\"")]
    [InlineData("menu", "", "\"***\"")]
    [InlineData("space", "{\"pageId\":17,\"actorId\":\"u\"}", "{\"pageId\":17,\"actorId\":\"***\"}")]
    [InlineData("space", "{\"pageId\":4111111111111111}", "{\"pageId\":\"***\"}")]
    [InlineData("unheard-of", "{\"a\":1}", "{\"a\":\"***\"}")]
    public void What_is_not_listed_in_its_form_is_hidden(string category, string payload, string shown) =>
        Assert.Equal(shown, Masked(category, payload));

    [Fact]
    public void Only_our_own_headers_show_their_values() => Assert.Equal(
        [new RecordHeader("event-id", "e1"), new RecordHeader("x-api-key", "***"), new RecordHeader("a***@b***.org", "***")],
        JsonMask.MaskHeaders([new("event-id", "e1"), new("x-api-key", "k"), new("ann@b.org", "v")]));

    [Property(Arbitrary = [typeof(HostilePayloads)], MaxTest = 400)]
    public void A_canary_never_comes_out_and_JSON_stays_JSON(HostilePayload payload)
    {
        foreach (var category in Categories)
        {
            var shown = Masked(category, payload.Json);
            using var _ = JsonDocument.Parse(shown);
            AssertNoCanary(shown);
        }
    }

    [Fact]
    public void A_canary_in_any_text_of_a_record_never_comes_out()
    {
        foreach (var canary in Canaries)
        {
            var letter = LetterSamples.LetterAt(LetterSamples.Noon) with
            {
                Reason = $"failed: {canary}", Headers = [new("event-id", canary), new(canary, canary)], RecordKey = canary,
                Attempts = [LetterSamples.AttemptAt(LetterSamples.Noon) with { Message = $"because {canary}", Code = canary }],
            };
            var record = DeadLetterDecisions.Merge(null, letter) with
            {
                Earlier = canary, History = [new HistoryEntry(LetterSamples.Noon, "ops", "discard", canary)],
                Discarded = new DiscardNote(LetterSamples.Noon, "ops", canary, LetterSamples.Noon, WasHeld: false),
            };
            Assert.DoesNotContain(
                record.PayloadSha256, Encoding.UTF8.GetString(LetterRecordText.Format(PayloadMask.MaskRecord(record))), StringComparison.Ordinal);
            AssertNoCanary(Encoding.UTF8.GetString(LetterRecordText.Format(PayloadMask.MaskRecord(record))));
            AssertNoCanary(PayloadMask.SearchableText(record));
        }
    }

    [Fact]
    public void Hostile_sizes_are_masked_in_a_bounded_time()
    {
        string[] payloads =
        [
            new string('[', 10_000) + new string(']', 10_000),
            string.Concat(Enumerable.Repeat("{\"payload\":", 10_000)) + "1" + new string('}', 10_000),
            "{" + string.Join(',', Enumerable.Repeat("\"title\":\"a@b.org\"", 350_000)) + "}",
            "{" + string.Join(',', Enumerable.Repeat("\"\\ud800\":1", 500_000)) + "}",
            "[" + string.Join(',', Enumerable.Repeat("{\"message\":\"a@b.org\"}", 280_000)) + "]",
            "{\"title\":\"" + new string('a', 6_000_000) + "\"}",
        ];
        foreach (var payload in payloads)
        {
            foreach (var category in Categories)
            {
                var clock = System.Diagnostics.Stopwatch.StartNew();
                using var _ = JsonDocument.Parse(Masked(category, payload));
                Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{category}, {payload[..20]}: {clock.Elapsed}");
            }
        }
    }

    [Fact]
    public void Bytes_that_are_no_text_are_hidden()
    {
        byte[] payload = [.. "{\"title\":\"a"u8, 0xff, .. "\",\"type\":\"X\"}"u8];
        var shown = Encoding.UTF8.GetString(JsonMask.Mask(Rules.Of(new Category("menu")), payload).Span);
        Assert.Equal("{\"title\":\"***\",\"type\":\"X\"}", shown);
    }

    static void AssertNoCanary(string shown) =>
        Assert.All(NeverShown, secret => Assert.DoesNotContain(secret, shown, StringComparison.Ordinal));

    static string Masked(string category, string payload) =>
        Encoding.UTF8.GetString(JsonMask.Mask(Rules.Of(new Category(category)), Encoding.UTF8.GetBytes(payload)).Span);

    public sealed record HostilePayload(string Json);

    /// <summary>JSON of the fields that the categories know and of others, with a canary in most places, names included.</summary>
    public static class HostilePayloads
    {
        static readonly string[] Names =
        [
            "type", "title", "body", "recipient", "senderId", "sentAt", "payload", "message", "path", "traceId", "host", "userId", "error",
            "headers", "query", "statusCode", "entityType", "pageId", "actorId", "changes", "before", "diffId", "eventId", "lastError", "other",
        ];

        public static Arbitrary<HostilePayload> Payloads() =>
            Gen.Sized(size => Value(Math.Min(5, 1 + (size / 15)))).Select(json => new HostilePayload(json)).ToArbitrary();

        static Gen<string> Value(int depth) => depth == 0 ? Scalar : Gen.Frequency(
            (3, Scalar),
            (4, Field(depth - 1).ListOf(6).Select(fields => "{" + string.Join(',', fields) + "}")),
            (2, Value(depth - 1).ListOf(3).Select(items => "[" + string.Join(',', items) + "]")));

        static Gen<string> Field(int depth) =>
            from name in Gen.Frequency((9, Gen.Elements(Names)), (1, Gen.Elements(Canaries)))
            from value in Value(depth)
            select $"{JsonSerializer.Serialize(name)}:{value}";

        static Gen<string> Scalar => Gen.OneOf(
            Gen.Elements("null", "true", "17", "4111111111111111", "\"\"", "\"\\ud800\""),
            Gen.Elements(Canaries).Select(c => JsonSerializer.Serialize(c)),
            Gen.Elements(Canaries).Select(c => JsonSerializer.Serialize($"what happened to {c} and why")),
            Gen.Elements(Canaries).Select(c => JsonSerializer.Serialize(JsonSerializer.Serialize(new { inner = JsonSerializer.Serialize(c) }))));
    }
}
