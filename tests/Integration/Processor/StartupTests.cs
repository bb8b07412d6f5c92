using System.Net;
using System.Net.Sockets;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>Settings as an operator meets them: all problems at once, and no secret in any line.</summary>
public sealed class StartupTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Without_settings_each_required_variable_has_a_line()
    {
        await using var processor = RunningProcessor.Launch(new Dictionary<string, string>());
        Assert.Equal(1, await processor.ExitAsync(ExitLimit));
        Assert.Equal(
            ["HOBOM_GRPC_ADDR", "HOBOM_GRPC_API_KEY", "HOBOM_KAFKA_BROKER", "HOBOM_REDIS_ADDR"],
            LinesOf(processor).Select(VariableOf).Order(StringComparer.Ordinal));
        Assert.Equal(processor.Errors, processor.Output);
    }

    [Fact]
    public async Task Every_malformed_variable_has_its_line_at_once()
    {
        var empty = Path.Combine(Path.GetTempPath(), $"no-certificate-{Guid.NewGuid():N}.pem");
        (string Name, string Value)[] malformed =
        [
            ("HOBOM_GRPC_ADDR", "http://main:50051"), ("HOBOM_REDIS_ADDR", "redis://cache:6379"),
            ("HOBOM_KAFKA_BROKER", "one:9092,two"), ("HOBOM_HTTP_ADDR", "8082x"), ("HOBOM_POLL_INTERVAL", "soon"),
            ("HOBOM_GRPC_TLS_CERT", empty), ("HOBOM_KAFKA_ACKS", "some"), ("HOBOM_KAFKA_DELIVERY_TIMEOUT", "0s"),
            ("HOBOM_KAFKA_ENABLE_IDEMPOTENCE", "false"),
        ];
        await using var processor = RunningProcessor.Launch(Neighbours.Settings(malformed));
        Assert.Equal(1, await processor.ExitAsync(ExitLimit));
        Assert.Equal(
            malformed.Select(m => m.Name).Order(StringComparer.Ordinal),
            LinesOf(processor).Select(VariableOf).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("HOBOM_KAFKA_NO_SUCH_PROPERTY", "x")]
    [InlineData("HOBOM_GRPC_ADDR", "main")]
    [InlineData("HOBOM_GRPC_ADDR", "main:0")]
    [InlineData("HOBOM_GRPC_API_KEY", "   ")]
    public async Task One_wrong_variable_is_one_line_and_exit_code_1(string name, string value)
    {
        await using var processor = RunningProcessor.Launch(Neighbours.Settings((name, value)));
        Assert.Equal(1, await processor.ExitAsync(ExitLimit));
        Assert.Equal(name, VariableOf(Assert.Single(LinesOf(processor))));
    }

    [Fact]
    public async Task A_certificate_file_without_a_certificate_is_an_error_at_the_start()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "not a certificate");
        await using var processor = RunningProcessor.Launch(Neighbours.Settings(("HOBOM_GRPC_TLS_CERT", file)));
        Assert.Equal(1, await processor.ExitAsync(ExitLimit));
        Assert.StartsWith($"HOBOM_GRPC_TLS_CERT: no certificate in {file}", Assert.Single(LinesOf(processor)), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task An_env_file_is_read_and_a_real_variable_wins_over_it()
    {
        var real = Neighbours.Settings();
        var file = string.Join('\n', real.Select(s => $"export {s.Key}=\"{s.Value}\"")) + "\nHOBOM_HTTP_ADDR=127.0.0.1:1 # wrong\n";
        var http = real.Where(s => s.Key == "HOBOM_HTTP_ADDR").ToDictionary();
        await using var processor = RunningProcessor.Launch(http, file);
        await processor.AnswersAsync();
        await Outbox.GenerateAsync(Prefix, 1);
        await Outbox.EachIsSentOnceAsync(1, processor);
    }

    [Fact]
    public async Task An_env_file_that_cannot_be_read_is_told_by_its_line_without_its_text()
    {
        await using var processor = RunningProcessor.Launch(Neighbours.Settings(), "HOBOM_POLL_INTERVAL=1s\ncanary-secret\n");
        Assert.Equal(1, await processor.ExitAsync(ExitLimit));
        Assert.StartsWith(".env, line 2", Assert.Single(LinesOf(processor)), StringComparison.Ordinal);
        Assert.DoesNotContain("canary", processor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_told_in_one_line()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var address = $"127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";
        await using var processor = RunningProcessor.Launch(Neighbours.Settings(("HOBOM_HTTP_ADDR", address)));
        Assert.Equal(1, await processor.ExitAsync(ExitLimit));
        Assert.Matches($"^HOBOM_HTTP_ADDR: .*{address}.* in use", Assert.Single(LinesOf(processor)));
    }

    [Fact]
    public async Task An_address_that_is_not_this_machine_s_is_told_in_one_line()
    {
        await using var processor = RunningProcessor.Launch(Neighbours.Settings(("HOBOM_HTTP_ADDR", "192.0.2.1:8082")));
        Assert.Equal(1, await processor.ExitAsync(ExitLimit));
        Assert.StartsWith("HOBOM_HTTP_ADDR: ", Assert.Single(LinesOf(processor)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HOBOM_REDIS_ADDR", "Redis at", "")]
    [InlineData("HOBOM_KAFKA_SASL_PASSWORD", "Kafka", "")]
    [InlineData("HOBOM_POLL_INTERVAL", "HOBOM_POLL_INTERVAL", "soon")]
    public async Task No_secret_is_ever_in_the_output(string troubled, string says, string value)
    {
        const string canary = "canary-7f3a91";
        await Outbox.GenerateAsync(Prefix, 1);
        var settings = Neighbours.Settings(
            ("HOBOM_GRPC_API_KEY", canary + "-grpc"), ("HOBOM_SPACE_GRPC_API_KEY", canary + "-space"),
            ("HOBOM_LLM_GRPC_API_KEY", canary + "-llm"), ("HOBOM_INTERNAL_API_KEY", canary + "-internal"));
        await Control.ExpectKeyAsync("main", canary + "-grpc");
        if (troubled == "HOBOM_REDIS_ADDR") settings[troubled] = $"{Neighbours.Redis.Address},password={canary}-redis";
        else if (troubled == "HOBOM_KAFKA_SASL_PASSWORD")
        {
            settings["HOBOM_KAFKA_SECURITY_PROTOCOL"] = "SASL_PLAINTEXT";
            settings["HOBOM_KAFKA_SASL_MECHANISM"] = "PLAIN";
            settings["HOBOM_KAFKA_SASL_USERNAME"] = "relay";
            settings[troubled] = canary + "-kafka";
        }
        else settings[troubled] = value;

        await using var processor = RunningProcessor.Launch(settings);
        await processor.SaysAsync(says);
        Assert.DoesNotContain("canary", processor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_internal_key_the_log_warns_that_the_API_is_open()
    {
        await using var processor = await StartAsync(("HOBOM_INTERNAL_API_KEY", ""));
        await processor.SaysAsync("HOBOM_INTERNAL_API_KEY");
    }

    static string[] LinesOf(RunningProcessor processor) =>
        processor.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    static string VariableOf(string line) => line.Split(' ', ':')[0];
}
