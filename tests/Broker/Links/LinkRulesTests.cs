using FsCheck.Xunit;
using Hobom.Slices.Links;
using static Hobom.Slices.Tests.Broker.Links.LinkSamples;

namespace Hobom.Slices.Tests.Broker.Links;

public sealed class LinkRulesTests
{
    public static TheoryData<string, Link, string> Refusals => new()
    {
        { "source_module", Link() with { Source = new("", "order", "1") }, "source_module is required" },
        { "source_entity_type", Link() with { Source = new("shop", "", "1") }, "source_entity_type is required" },
        { "source_entity_id", Link() with { Source = Order("") }, "source_entity_id is required" },
        { "target_module", Link() with { Target = new("", "user", "1") }, "target_module is required" },
        { "target_entity_type", Link() with { Target = new("accounts", new string('t', 128), "1") }, "target_entity_type has 128 characters, more than 127" },
        { "target_entity_id", Link() with { Target = User(new string('7', 37)) }, "target_entity_id has 37 characters, more than 36" },
        { "source_entity_id", Link() with { Source = Order("a\0b") }, "source_entity_id holds a character that cannot be stored" },
        { "target_module", Link() with { Target = new("\ud83d", "user", "1") }, "target_module holds a character that cannot be stored" },
        { "metadata", Link(metadata: "[]"), "metadata is no JSON object that can be kept: it is another value" },
        { "metadata", Link(metadata: $"{{\"a\":\"{new string('x', 65 * 1024)}\"}}"), "metadata has 66568 bytes, more than 65536" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_bad_link_is_refused_by_the_name_of_its_field(string field, Link given, string text)
    {
        var fault = LinkValidation.Check(given).Match(_ => null!, f => f);
        Assert.Equal((field, text), (fault.Field, fault.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{\"a\":\"\\ud83d\"}")]
    public void Metadata_that_is_no_JSON_is_refused(string metadata) =>
        Assert.IsType<LinkFault.MetadataNoObject>(LinkValidation.Check(Link(metadata: metadata)).Match(_ => null!, f => f));

    [Fact]
    public void The_longest_texts_are_taken() =>
        Assert.True(LinkValidation.Check(new Link(
            new(new string('m', 127), new string('t', 127), new string('i', 36)), User(Guid.NewGuid().ToString()))).IsRight);

    [Fact]
    public void The_types_are_the_contracts_words_and_a_link_is_a_reference_where_it_says_nothing()
    {
        Assert.Equal(["reference", "cascade", "aggregate_root"], LinkTypes.All.Select(t => t.Word()));
        Assert.All(LinkTypes.All, t => Assert.Equal(t, LinkTypes.Of(t.Word())));
        Assert.Null(LinkTypes.Of("Reference"));
        Assert.Equal(LinkType.Reference, new Link(Order("1"), User("1")).Type);
    }

    [Property]
    public void Validation_never_throws_and_takes_nothing_that_it_would_refuse_again(string a, string b, string c, string? metadata)
    {
        var checkedLink = LinkValidation.Check(new Link(new EntityRef(a ?? "", b ?? "", c ?? ""), User("1"), LinkType.Cascade, metadata));
        checkedLink.IfRight(link => Assert.True(LinkValidation.Check(link).IsRight));
    }

    [Property]
    public void Both_ways_means_there_or_back(bool source, bool target, bool swap)
    {
        var filter = new LinkFilter(source ? LinkEnd.Of(Order("1")) : null, target ? LinkEnd.Of(User("7")) : null, BothWays: true);
        var link = swap ? new Link(User("7"), Order("1")) : new Link(Order("1"), User("7"));
        var back = new Link(link.Target, link.Source);
        Assert.Equal(filter.Fits(link), filter.Fits(back));
        Assert.True(filter.Fits(link));
    }
}
