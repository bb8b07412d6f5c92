using System.Text;
using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Rules;

public sealed class StreamLettersTests
{
    /// <summary>Whatever bytes an entry has, its letter gives them back.</summary>
    [Property]
    public bool C5_an_entry_comes_back_from_its_letter_byte_for_byte(ulong milliseconds, NonNull<string> stream, NonNull<string>[] texts,
        byte[][] bytes)
    {
        var entry = new StreamEntry(Clean(stream.Get), new EntryId(milliseconds, 7),
        [
            .. texts.Select((t, i) => EntryField.Of($"t{i}", Clean(t.Get))),
            .. bytes.Select((b, i) => EntryField.Of($"b{i}", b ?? [])),
        ]);
        var again = StreamLetters.Parse(StreamLetters.Format(entry))
            .Match(Right: e => e, Left: r => throw new InvalidOperationException(r.Reason));
        return again.Stream == entry.Stream && again.Id == entry.Id
            && again.Fields.Select(f => (f.Name, Convert.ToHexString(f.Bytes.Span)))
                .SequenceEqual(entry.Fields.Select(f => (f.Name, Convert.ToHexString(f.Bytes.Span))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"stream":"events:auth","id":"5","fields":{}}""")]
    [InlineData("""{"stream":"events:auth","id":"5-1","fields":{"a":1}}""")]
    [InlineData("""{"stream":"events:auth","id":"5-1","fields":{"a":{"base64":"?"}}}""")]
    [InlineData("""{"stream":"events:auth","id":"5-1","fields":{"a":"1","a":"2"}}""")]
    public void What_is_no_entry_is_refused_with_a_reason(string payload) =>
        Assert.NotEqual("", StreamLetters.Parse(Encoding.UTF8.GetBytes(payload)).Match(Right: _ => "", Left: refusal => refusal.Reason));

    /// <summary>Half a surrogate pair is no text that bytes can hold.</summary>
    static string Clean(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
