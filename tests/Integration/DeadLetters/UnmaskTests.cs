using System.Text;
using System.Text.Json;
using Hobom.Slices.Http;
using Hobom.Slices.Tests.Integration.Redis;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>People see what a letter holds one at a time, with a reason, and never without a word in the audit.</summary>
public sealed class UnmaskTests(RedisFixture redis) : LettersApiTest(redis)
{
    const string Letter = "/dlq/dlq%3Amenu%3Ae1";
    const string Payload = """{"recipient":"canary@doe.org","n":12345678901234567890.10}""";

    [Theory]
    [InlineData(Role.Reader, 403)]
    [InlineData(Role.Operator, 403)]
    [InlineData(Role.Auditor, 403)]
    [InlineData(Role.Payload, 200)]
    [InlineData(Role.Editor, 200)]
    public async Task Nobody_sees_it_at_a_look_and_who_has_the_role_with_a_reason(string role, int status)
    {
        await SaveCanaryAsync();
        var (looked, masked) = await Api.GetAsync(Letter, role);
        Assert.Equal((200, true), (looked, masked.GetProperty("masked").GetBoolean()));
        Assert.DoesNotContain("canary", masked.GetRawText(), StringComparison.Ordinal);
        var (answered, shown) = await Api.PostAsync($"{Letter}/unmask", new { reason = "ticket 4711" }, role);
        Assert.Equal(status, answered);
        if (status == 200)
        {
            Assert.Equal(Payload, shown.GetProperty("item").GetRawText());
            Assert.False(shown.TryGetProperty("masked", out _));
        }

        Assert.DoesNotContain("canary", (await Api.GetAsync(Letter, role)).Body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_backend_sees_it_as_the_contract_has_it_and_masked_where_it_asks_for_that()
    {
        await SaveCanaryAsync();
        Assert.Equal(Payload, (await Api.GetAsync(Letter)).Body.GetProperty("item").GetRawText());
        Assert.DoesNotContain("canary", (await Api.GetAsync($"{Letter}?masked=true")).Body.GetRawText(), StringComparison.Ordinal);
        Assert.Equal((400, "masked"), await FieldAsync(Api.GetAsync($"{Letter}?masked=maybe")));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"reason":null}""")]
    [InlineData("""{"reason":" \t"}""")]
    public async Task A_reason_is_required(string body)
    {
        await SaveCanaryAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        Assert.Equal((400, "reason"), await FieldAsync(Api.SendAsync(HttpMethod.Post, $"{Letter}/unmask", content, Role.Payload)));
        Assert.Equal((400, "reason"), await FieldAsync(Api.PostAsync($"{Letter}/unmask", new { reason = new string('x', 501) }, Role.Payload)));
        Assert.Empty(await EntriesAsync());
    }

    [Fact]
    public async Task The_audit_says_who_which_letter_when_and_why()
    {
        await SaveCanaryAsync();
        await Api.PostAsync($"{Letter}/unmask", new { reason = " ticket 4711 " }, Role.Payload);
        await Api.PostAsync("/dlq/-/unmask?key=dlq%3Amenu%3Anone", new { reason = "ticket 4712" }, Role.Payload);
        Assert.Equal(
            [
                ("outcome", "anna", "dlq:menu:none", "ticket 4712", "there is no dead letter dlq:menu:none"),
                ("intent", "anna", "dlq:menu:none", "ticket 4712", null),
                ("outcome", "anna", "dlq:menu:e1", "ticket 4711", "shown"),
                ("intent", "anna", "dlq:menu:e1", "ticket 4711", null),
            ],
            (await EntriesAsync()).Select(e => (Text(e, "phase"), Text(e, "actor"), e.GetProperty("keys")[0].GetString()!, Text(e, "reason"), e.GetProperty("result").GetString())));
        Assert.All(await EntriesAsync(), e => Assert.Equal(Clock.GetUtcNow(), e.GetProperty("at").GetDateTimeOffset(), TimeSpan.FromMinutes(1)));
    }

    /// <summary>The trail cannot grow, as where Redis refuses writes.</summary>
    [Fact]
    public async Task Where_it_cannot_be_written_down_nothing_is_shown()
    {
        await SaveCanaryAsync();
        await Redis.Plain.StringSetAsync("dlqx:audit", "in its place");
        var (status, refused) = await Api.PostAsync($"{Letter}/unmask", new { reason = "ticket 4711" }, Role.Payload);
        Assert.Equal(503, status);
        Assert.DoesNotContain("canary", refused.GetRawText(), StringComparison.Ordinal);
    }

    async Task SaveCanaryAsync()
    {
        await SaveAsync("e1");
        await Redis.Plain.StringSetAsync("dlq:menu:e1", Payload, null, keepTtl: true);
    }

    async Task<IReadOnlyList<JsonElement>> EntriesAsync() =>
        [.. (await Api.GetAsync("/audit?action=unmask", Role.Auditor)).Body.GetProperty("entries").EnumerateArray()];

    static async Task<(int Status, string? Field)> FieldAsync(Task<(int Status, JsonElement Body)> asked)
    {
        var (status, body) = await asked;
        return (status, body.TryGetProperty("field", out var field) ? field.GetString() : null);
    }
}
