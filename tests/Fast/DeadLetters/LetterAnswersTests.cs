using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters;
using LanguageExt;
using static Hobom.Slices.Tests.Fast.DeadLetters.LetterSamples;

namespace Hobom.Slices.Tests.Fast.DeadLetters;

public sealed class LetterAnswersTests
{
    [Theory]
    [InlineData("{\"a\":[1,2.50,\"\\u0041\"]}", true)]
    [InlineData("  7 ", true)]
    [InlineData("1e999", true)]
    [InlineData("{\"a\":1,\"a\":2}", true)]
    [InlineData("", false)]
    [InlineData("{", false)]
    [InlineData("{} {}", false)]
    [InlineData("plain", false)]
    public async Task Only_a_payload_that_is_JSON_is_shown_as_such(string payload, bool json)
    {
        var answer = await GetAsync("dlq:menu:e1", new LetterLookup.Found(Letter(Encoding.UTF8.GetBytes(payload))));
        Assert.Equal(json, answer is GetLetter.Answer.Json);
        Assert.Equal(!json, answer is GetLetter.Answer.Unreadable);
    }

    [Fact]
    public async Task Strings_that_are_not_UTF8_are_not_JSON()
    {
        var answer = await GetAsync("dlq:menu:e1", new LetterLookup.Found(Letter([(byte)'"', 0xFF, (byte)'"'])));
        Assert.Equal([(byte)'"', 0xFF, (byte)'"'], Assert.IsType<GetLetter.Answer.Unreadable>(answer).Bytes.ToArray());
    }

    [Fact]
    public async Task JSON_of_any_depth_is_JSON()
    {
        var deep = Encoding.UTF8.GetBytes(new string('[', 10_000) + new string(']', 10_000));
        Assert.IsType<GetLetter.Answer.Json>(await GetAsync("dlq:menu:e1", new LetterLookup.Found(Letter(deep))));
    }

    [Fact]
    public async Task Each_end_of_a_lookup_has_its_answer()
    {
        Assert.IsType<GetLetter.Answer.Malformed>(await GetAsync("dlq:menu", new LetterLookup.Missing()));
        Assert.IsType<GetLetter.Answer.Missing>(await GetAsync("dlq:menu:e1", new LetterLookup.Missing()));
        Assert.IsType<GetLetter.Answer.Unreadable>(
            await GetAsync("dlq:menu:e1", new LetterLookup.Unreadable(Key, "a hash")));
        Assert.IsType<GetLetter.Answer.StoreDown>(await GetLetter.AnswerAsync(
            "dlq:menu:e1", _ => Task.FromResult<Either<StoreFailure, LetterLookup>>(new StoreFailure("down"))));
    }

    [Fact]
    public async Task A_list_asks_for_its_prefix_and_a_malformed_one_asks_for_nothing()
    {
        var asked = new List<string>();
        Task<Either<StoreFailure, IReadOnlyList<DeadLetterKey>>> List(string prefix)
        {
            asked.Add(prefix);
            return Task.FromResult(Prelude.Right<StoreFailure, IReadOnlyList<DeadLetterKey>>([Key]));
        }

        var keys = Assert.IsType<ListLetters.Answer.Keys>(await ListLetters.AnswerAsync("dlq:menu:", List));
        Assert.Equal(["dlq:menu:e1"], keys.Items);
        Assert.IsType<ListLetters.Answer.Malformed>(await ListLetters.AnswerAsync("dlq:*", List));
        Assert.Equal(["dlq:menu:"], asked);
    }

    static StoredLetter Letter(byte[] payload) => new(Key, payload, RecordReading.None.Instance, null);

    static Task<GetLetter.Answer> GetAsync(string key, LetterLookup found) =>
        GetLetter.AnswerAsync(key, _ => Task.FromResult<Either<StoreFailure, LetterLookup>>(found));
}
