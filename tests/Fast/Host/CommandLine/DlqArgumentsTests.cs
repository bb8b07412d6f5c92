using Hobom.Slices.Host.CommandLine;

namespace Hobom.Slices.Tests.Fast.Host.CommandLine;

public sealed class DlqArgumentsTests
{
    [Theory]
    [InlineData("", "Required command was not provided.")]
    [InlineData("lst", "'lst' was not matched. Did you mean one of the following?")]
    [InlineData("list dlq:menu:1", "Unrecognized command or argument 'dlq:menu:1'")]
    [InlineData("list --limit 0", "--limit requires a number from 1 to 1000")]
    [InlineData("list --limit x", "--limit requires a number from 1 to 1000")]
    [InlineData("list --limit", "Required argument missing for option: '--limit'.")]
    [InlineData("list --text a --text b", "Option '--text' expects a single argument but 2 were provided.")]
    [InlineData("list --text=", "Required argument missing for option: '--text'.")]
    [InlineData("list --yes", "Unrecognized command or argument '--yes'")]
    [InlineData("list --api-key=k3y", "Unrecognized command or argument '--api-key=…'")]
    [InlineData("replay --api-key=k3y", "there is no option --api-key")]
    [InlineData("show", "Required argument 'KEY' missing for command: 'show'.")]
    [InlineData("show ..", "..: ")]
    [InlineData("show @/etc/hostname", "@/etc/hostname: ")]
    [InlineData("replay", "'replay' requires keys, filters or --all")]
    [InlineData("replay --all --class transient", "'replay' requires keys or filters or --all, one of them")]
    [InlineData("replay dlq:menu:1 dlq:menu:2 --confirm-unknown", "--confirm-unknown goes with one key alone")]
    [InlineData("replay --all --confirm-delivered", "--confirm-delivered goes with one key alone")]
    [InlineData("replay dlq:menu:1 --confirm-unknown --confirm-delivered", "one --confirm-… only")]
    [InlineData("replay --all=yes", "")]
    [InlineData("replay --all --rate 1001", "--rate requires a number from 1 to 1000")]
    [InlineData("discard dlq:menu:1", "Option '--reason' is required.")]
    [InlineData("hold", "Required argument 'KEY' missing for command: 'hold'.")]
    [InlineData("hold dlq:menu:1 --class transient", "there is no option --class")]
    [InlineData("list --text \u001b[2J --yes", "Unrecognized command or argument '--yes'")]
    public async Task Wrong_arguments_are_told_send_nothing_and_end_with_code_2(string args, string fault)
    {
        using var processor = new StubProcessor();

        Assert.Equal(2, await processor.RunAsync(args.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

        Assert.Contains(fault, processor.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("--help tells more", processor.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("k3y", processor.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', processor.Error.ToString());
        Assert.Empty(processor.Requests);
        Assert.Equal("", processor.Output.ToString());
    }

    [Fact]
    public async Task Filters_have_the_names_of_the_API_and_a_value_may_follow_an_equals_sign()
    {
        using var processor = new StubProcessor();

        await processor.RunAsync("replay", "--min-age=30m", "--expires-within", "2h", "--min-attempts", "3", "--kind", "timed-out", "--rate", "7", "--canary=0", "--yes");

        Assert.Equal(
            ["""POST /dlq/replays {"filter":{"minAge":"30m","expiresWithin":"2h","minAttempts":"3","kind":"timed-out"},"keys":null,"rate":7,"canary":0}"""], processor.Requests);
    }

    [Theory]
    [InlineData("--help", "list", "replay", "HOBOM_API_KEY")]
    [InlineData("replay --help", "--confirm-unknown", "--category", "--url", "KEY")]
    [InlineData("-h", "groups")]
    public async Task Help_tells_of_every_command_and_option(string args, params string[] words)
    {
        using var processor = new StubProcessor();

        Assert.Equal(0, await processor.RunAsync(args.Split(' ')));

        Assert.All(words, word => Assert.Contains(word, processor.Output.ToString(), StringComparison.Ordinal));
        Assert.StartsWith("Description:", processor.Output.ToString(), StringComparison.Ordinal);
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
    public void A_key_that_no_header_can_hold_is_refused_and_not_shown() => Assert.Equal(
        "the key (HOBOM_API_KEY or HOBOM_INTERNAL_API_KEY) has a character that no key has",
        ApiAddress.Read(null, name => name == "HOBOM_API_KEY" ? "secret\r\nx: y" : null).Left());
}
