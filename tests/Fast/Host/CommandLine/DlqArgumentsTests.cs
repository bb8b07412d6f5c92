using Hobom.Slices.Host.CommandLine;

namespace Hobom.Slices.Tests.Fast.Host.CommandLine;

public sealed class DlqArgumentsTests
{
    [Theory]
    [InlineData("", "a command is needed")]
    [InlineData("lst", "unknown command: lst")]
    [InlineData("list dlq:menu:1", "'list' takes no keys")]
    [InlineData("list --limit 0", "--limit wants a number from 1 to 1000")]
    [InlineData("list --limit", "--limit wants a value")]
    [InlineData("list --text a --text b", "--text stands twice")]
    [InlineData("list --yes", "'list' takes no --yes")]
    [InlineData("list --api-key=k", "'list' takes no --api-key")]
    [InlineData("show", "'show' wants one key")]
    [InlineData("show ..", "..: ")]
    [InlineData("replay", "'replay' wants keys, filters or --all")]
    [InlineData("replay --all --class transient", "'replay' wants keys or filters or --all, one of them")]
    [InlineData("replay dlq:menu:1 dlq:menu:2 --confirm-unknown", "--confirm-unknown goes with one key alone")]
    [InlineData("replay --all --confirm-delivered", "--confirm-delivered goes with one key alone")]
    [InlineData("replay dlq:menu:1 --confirm-unknown --confirm-delivered", "one --confirm-… only")]
    [InlineData("replay --all=yes", "--all takes no value")]
    [InlineData("replay --all --rate 1001", "--rate wants a number from 1 to 1000")]
    [InlineData("discard dlq:menu:1", "'discard' wants --reason TEXT")]
    [InlineData("hold", "'hold' wants 1 to 1000 keys")]
    [InlineData("hold dlq:menu:1 --class transient", "'hold' takes no --class")]
    public void Wrong_arguments_are_told_in_a_line(string args, string fault) =>
        Assert.StartsWith(fault, DlqArguments.Read(args.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Match(_ => "accepted", f => f), StringComparison.Ordinal);

    [Fact]
    public void Filters_have_the_names_of_the_API_and_a_value_may_follow_an_equals_sign()
    {
        var order = DlqArguments.Read(["replay", "--min-age=30m", "--expires-within", "2h", "--rate", "7", "--canary=0", "--yes"])
            .Match(o => o, fault => throw new InvalidOperationException(fault));
        Assert.Equal([new("minAge", "30m"), new("expiresWithin", "2h")], order.Filter);
        Assert.Equal((7, 0, true, false), (order.Rate, order.Canary, order.Yes, order.Json));
    }

    [Theory]
    [InlineData("ftp://h")]
    [InlineData("http://user:word@h")]
    [InlineData("h:8082")]
    public void A_URL_that_is_none_of_a_processor_is_refused(string url) => Assert.True(ApiAddress.Read(url, _ => null).IsLeft);

    [Theory]
    [InlineData("http://h:1")]
    [InlineData("http://h:1/")]
    [InlineData("http://h:1/hobom-event-processor/internal/api/v1/")]
    public void The_base_path_is_added_once(string url) => Assert.Equal(
        "http://h:1/hobom-event-processor/internal/api/v1", ApiAddress.Read(url, _ => null).Match(a => a.Root.ToString(), f => f));

    [Fact]
    public void A_key_that_no_header_can_hold_is_refused_and_not_shown() => Assert.DoesNotContain(
        "secret", ApiAddress.Read(null, _ => "secret\r\nx: y").Match(_ => "secret was taken", f => f), StringComparison.Ordinal);
}
