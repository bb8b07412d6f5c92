using System.Text;
using FsCheck.Xunit;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Shared.Core;

public sealed class RecordShapeTests
{
    static readonly RecordShape<string[]> Shape = new(
        "the record",
        RecordField.Text<string[]>("first", Visibility.Text, parts => parts[0]),
        RecordField.Text<string[]>("second", Visibility.Text, parts => parts[1]));

    [Property]
    public bool A_record_does_not_depend_on_the_one_before_it(ushort before, ushort length)
    {
        Shape.Encode(["x", new string('y', before)]);
        return Text(Shape.Encode(["a", new string('b', length)])) == $$"""{"first":"a","second":"{{new string('b', length)}}"}""";
    }

    [Fact]
    public void One_that_throws_in_the_middle_leaves_the_next_one_whole()
    {
        Assert.Throws<IndexOutOfRangeException>(() => Shape.Encode(["a"]));
        Assert.Equal("""{"first":"a","second":"b"}""", Text(Shape.Encode(["a", "b"])));
    }

    [Fact]
    public void One_that_is_written_in_the_middle_of_another_is_another()
    {
        var outer = new RecordShape<string>(
            "the outer one",
            RecordField.Text<string>("before", Visibility.Text, text => text),
            RecordField.Text<string>("inner", Visibility.Text, text => Text(Shape.Encode([text, text]))));
        Assert.Equal("""{"before":"a","inner":"{\"first\":\"a\",\"second\":\"a\"}"}""", Text(outer.Encode("a")));
    }

    static string Text(byte[] json) => Encoding.UTF8.GetString(json);
}
