using System.Text;
using FsCheck.Xunit;
using Hobom.Slices.Http.Masking;
using Hobom.Slices.Tests.Fast.Shared.Core;

namespace Hobom.Slices.Tests.Fast.Shared.Http;

public sealed class SecretDetectorTests
{
    [Theory]
    [InlineData("no such user john@doe.org", "no such user j***@d***.org")]
    [InlineData("<jane.roe@mail.example.com>: refused", "<j***@m***.com>: refused")]
    [InlineData("Authorization: Basic am9objpkb2U=", "Authorization: ***")]
    [InlineData("sent Bearer abc.def", "sent Bearer ***")]
    [InlineData("amqp://user:pass@host:5672 refused", "amqp://***@h***:5672 refused")]
    [InlineData("password=hunter2", "password=***")]
    [InlineData("card 4111 1111 1111 1111 declined", "card *** declined")]
    [InlineData("card 4111-1111-1111-1111 declined", "card *** declined")]
    [InlineData("to DE89 3704 0044 0532 0130 00 today", "to ***")]
    [InlineData("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.x", "***")]
    [InlineData("key 0a1b2c3d4e5f60718293a4b5c6d7e8f9", "key ***")]
    public void A_secret_is_hidden_and_the_rest_is_shown(string text, string shown) =>
        Assert.StartsWith(shown, TextMask.MaskText(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("Local_MsgTimedOut: Local: Message timed out")]
    [InlineData("hobom.space-events, partition 3, offset 17")]
    [InlineData("the event 0192f0c1-7f6e-7cc2-8d2e-3a5b9c1d2e4f is in hand")]
    [InlineData("at 2026-03-05T12:51:13.1234567Z after 3 attempts")]
    [InlineData("StackExchange.Redis.RedisConnectionException: no connection to 10.0.0.7:6379")]
    [InlineData("/api/v1/users/42/orders")]
    public void What_explains_a_failure_stays(string text) => Assert.Equal(text, TextMask.MaskText(text));

    [Theory]
    [InlineData("{\"to\":\"john\\u0040doe.org\"}")]
    [InlineData("{\"inner\":\"{\\\"to\\\":\\\"john\\\\u0040doe.org\\\"}\"}")]
    [InlineData("/users/john%40doe.org/mails")]
    [InlineData("/users/john%2540doe.org/mails")]
    [InlineData("to john&#64;doe.org")]
    [InlineData("\"john doe\"@doe.org")]
    [InlineData("am9obkBkb2Uub3Jn")]
    [InlineData("/users/am9obkBkb2Uub3Jn")]
    [InlineData("data=am9obkBkb2Uub3Jn;")]
    public void An_address_is_found_in_what_it_is_wrapped_in(string text)
    {
        var shown = TextMask.MaskText(text);
        Assert.DoesNotContain("doe", shown, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("am9obk", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"password\":\"hunter2\"}")]
    [InlineData("{\\\"password\\\":\\\"hunter2\\\"}")]
    [InlineData("{'x-api-key': 'hunter2'}")]
    [InlineData("Set-Cookie: sid=1; theme=hunter2")]
    [InlineData("[\"authorization\",\"hunter2\"]")]
    [InlineData("<clientSecret>hunter2</clientSecret>")]
    [InlineData("refresh_token => hunter2")]
    [InlineData("PASSWORD:\n  hunter2")]
    [InlineData("passwd : hunter2")]
    public void What_a_telling_name_is_given_is_hidden(string text) =>
        Assert.DoesNotContain("hunter2", TextMask.MaskText(text), StringComparison.Ordinal);

    [Fact]
    public void A_cut_never_shows_half_of_what_would_be_hidden()
    {
        foreach (var secret in (string[])["john.smith@doe.org", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00"])
        {
            for (var shift = 0; shift <= secret.Length + 1; shift++)
            {
                var text = string.Concat(Enumerable.Repeat("word ", 800))[shift..] + secret + " and more words after it";
                Assert.DoesNotContain(secret[..4], TextMask.MaskText(text), StringComparison.Ordinal);
            }
        }
    }

    [Property(Arbitrary = [typeof(HostileText)], MaxTest = 300)]
    public bool Any_text_can_be_masked_twice_and_an_address_in_it_never_shows(Hostile before, Hostile after)
    {
        var shown = TextMask.MaskText($"{before.Text} canary.bird@mine.example {after.Text}");
        return !shown.Contains("canary", StringComparison.Ordinal) && TextMask.MaskText(shown).Length <= shown.Length + 10;
    }

    [Fact]
    public void Long_hostile_texts_are_masked_in_a_bounded_time()
    {
        foreach (var piece in (string[])["a@", "password", "eyJ.", "1 ", "%25", "\\u005c", "AAAA1", "://", "\"@"])
        {
            var text = new StringBuilder().Insert(0, piece, 2_000_000 / piece.Length).ToString();
            var clock = System.Diagnostics.Stopwatch.StartNew();
            _ = TextMask.MaskText(text);
            _ = TextMask.MaskText(text[..3900]);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{piece}: {clock.Elapsed}");
        }
    }
}
