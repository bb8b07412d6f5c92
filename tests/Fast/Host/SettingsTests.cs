using System.Net;
using Hobom.Slices.Host;
using Hobom.Slices.Runtime.Outbox.Batch;

namespace Hobom.Slices.Tests.Fast.Host;

public sealed class SettingsTests
{
    static readonly string[] Malformed =
    [
        "[zz]:50051", "localhost?x:50051", "host:99999", "local host:50051", ":50051x", "h", "http://h:1", "1:50051", "::1:50051",
    ];

    [Fact]
    public void The_required_variables_are_enough()
    {
        var settings = Read(("HOBOM_INTERNAL_API_KEY", "k")).Match(s => s, p => throw new InvalidOperationException(string.Join('\n', p)));

        Assert.Null(settings.Space);
        Assert.Null(settings.Llm);
        Assert.Equal(new ListenAddress(null, 8082), settings.Http);
        Assert.Equal(TimeSpan.FromSeconds(5), settings.PollInterval);
    }

    [Theory]
    [InlineData("HOBOM_GRPC_ADDR")]
    [InlineData("HOBOM_SPACE_GRPC_ADDR")]
    [InlineData("HOBOM_LLM_GRPC_ADDR")]
    [InlineData("HOBOM_HTTP_ADDR")]
    [InlineData("HOBOM_KAFKA_BROKER")]
    public void A_malformed_address_is_a_line_with_its_variable(string variable)
    {
        foreach (var address in Malformed)
        {
            var line = Assert.Single(Problems((variable, address), ("HOBOM_INTERNAL_API_KEY", "k")));
            Assert.StartsWith($"{variable}: ", line, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(":50051")]
    [InlineData("")]
    public void An_address_to_call_wants_a_host(string address) =>
        Assert.StartsWith(
            "HOBOM_GRPC_ADDR", Assert.Single(Problems(("HOBOM_GRPC_ADDR", address), ("HOBOM_INTERNAL_API_KEY", "k"))),
            StringComparison.Ordinal);

    [Fact]
    public void A_list_of_brokers_tells_which_one_is_wrong() => Assert.StartsWith(
        "HOBOM_KAFKA_BROKER: broker 2: expected host:port",
        Assert.Single(Problems(("HOBOM_KAFKA_BROKER", "[::1]:9092,[zz]:9092"), ("HOBOM_INTERNAL_API_KEY", "k"))),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(":8082", null)]
    [InlineData("*:8082", null)]
    [InlineData("0.0.0.0:8082", null)]
    [InlineData("[::]:8082", null)]
    [InlineData("localhost:8082", "127.0.0.1")]
    [InlineData("127.0.0.1:8082", "127.0.0.1")]
    [InlineData("[::1]:8082", "::1")]
    public void Where_to_listen_is_an_address_of_either_family_or_all(string text, string? address) => Assert.Equal(
        new ListenAddress(address is null ? null : IPAddress.Parse(address), 8082),
        Read(("HOBOM_HTTP_ADDR", text), ("HOBOM_INTERNAL_API_KEY", "k")).Match(s => s.Http, _ => null!));

    [Theory]
    [InlineData("HOBOM_GRPC_API_KEY")]
    [InlineData("HOBOM_SPACE_GRPC_API_KEY")]
    public void A_key_that_no_header_can_hold_is_a_line_and_not_shown(string variable)
    {
        var line = Assert.Single(Problems((variable, "sécret"), ("HOBOM_SPACE_GRPC_ADDR", "h:1"), ("HOBOM_INTERNAL_API_KEY", "k")));

        Assert.StartsWith($"{variable} ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("cret", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("traces.example/{traceId}")]
    [InlineData("ftp://traces.example/{traceId}")]
    [InlineData("javascript:alert('{traceId}')")]
    [InlineData("https://traces.example/")]
    [InlineData("https://anna:secret@traces.example/{traceId}")]
    [InlineData("https://{traceId}.example/")]
    public void Where_traces_are_is_a_web_address_with_a_place_for_the_id(string address) => Assert.Equal(
        "HOBOM_TRACE_URL: expected an address with http:// or https:// and {traceId} in its path or query",
        Assert.Single(Problems(("HOBOM_TRACE_URL", address), ("HOBOM_INTERNAL_API_KEY", "k"))));

    [Theory]
    [InlineData(null, OutboxBatchMode.Off)]
    [InlineData("off", OutboxBatchMode.Off)]
    [InlineData("auto", OutboxBatchMode.Auto)]
    [InlineData("on", OutboxBatchMode.On)]
    public void The_batch_contract_is_off_unless_it_is_set(string? text, OutboxBatchMode mode) => Assert.Equal(
        mode, Read(("HOBOM_OUTBOX_BATCH", text ?? ""), ("HOBOM_INTERNAL_API_KEY", "k")).Match(s => s.OutboxBatch, _ => (OutboxBatchMode)(-1)));

    [Theory]
    [InlineData("", 1)]
    [InlineData("1", 1)]
    [InlineData("64", 64)]
    public void Events_are_divided_into_so_many_shards_and_not_at_all_unless_it_is_set(string text, int shards) => Assert.Equal(
        shards, Read(("HOBOM_RELAY_SHARDS", text), ("HOBOM_INTERNAL_API_KEY", "k")).Match(s => s.Shards.Value, _ => -1));

    [Theory]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("-2")]
    [InlineData("some")]
    public void A_number_of_shards_that_cannot_be_is_refused(string text) => Assert.Equal(
        $"HOBOM_RELAY_SHARDS is '{text}': expected a whole number from 1 to 64",
        Assert.Single(Problems(("HOBOM_RELAY_SHARDS", text), ("HOBOM_INTERNAL_API_KEY", "k"))));

    [Theory]
    [InlineData("auto")]
    [InlineData("on")]
    public void Shards_and_the_batch_contract_do_not_go_together(string mode) => Assert.StartsWith(
        "HOBOM_RELAY_SHARDS is 8 and HOBOM_OUTBOX_BATCH is not off",
        Assert.Single(Problems(("HOBOM_RELAY_SHARDS", "8"), ("HOBOM_OUTBOX_BATCH", mode), ("HOBOM_INTERNAL_API_KEY", "k"))),
        StringComparison.Ordinal);

    [Fact]
    public void Every_problem_is_told_at_once()
    {
        (string, string)[] wrong =
        [
            ("HOBOM_GRPC_ADDR", "h"), ("HOBOM_LLM_GRPC_ADDR", "[zz]:1"), ("HOBOM_HTTP_ADDR", "x"), ("HOBOM_REDIS_ADDR", "h"),
            ("HOBOM_POLL_INTERVAL", "soon"), ("HOBOM_KAFKA_NO_SUCH_PROPERTY", "x"), ("HOBOM_OUTBOX_BATCH", "yes"),
        ];

        Assert.Equal(
            wrong.Select(w => w.Item1).Order(StringComparer.Ordinal),
            Problems([.. wrong, ("HOBOM_INTERNAL_API_KEY", "k")]).Select(l => l.Split(' ', ':')[0]).Order(StringComparer.Ordinal));
    }

    static IReadOnlyList<string> Problems(params (string Name, string Value)[] changes) => Read(changes).Match(_ => [], lines => lines);

    static LanguageExt.Either<IReadOnlyList<string>, Settings> Read(params (string Name, string Value)[] changes)
    {
        var environment = new Dictionary<string, string>
        {
            ["HOBOM_GRPC_ADDR"] = "h:1", ["HOBOM_GRPC_API_KEY"] = "k", ["HOBOM_KAFKA_BROKER"] = "h:1", ["HOBOM_REDIS_ADDR"] = "h:1",
        };
        foreach (var (name, value) in changes) environment[name] = value;
        return Settings.Read(environment).MapLeft(p => p.Lines);
    }
}
