using System.Text.Json;
using Hobom.Slices.Tests.Integration.Interop;
using Hobom.Slices.Tests.Integration.Outages;
using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary><c>hobom doctor</c> finds what is wrong with real neighbours, each by itself, and nothing where nothing is.</summary>
public sealed class DoctorTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    [Fact]
    public async Task Where_all_is_well_each_line_says_ok_and_nothing_is_changed()
    {
        await Outbox.GenerateAsync(Prefix, 3);
        var (code, output) = await ProgramRun.RunAsync(Neighbours.Settings(), "doctor");
        Assert.True(code == 0, output);
        Assert.All(output.TrimEnd().Split('\n'), line => Assert.StartsWith("ok    ", line, StringComparison.Ordinal));
        Assert.Contains("ok    outbox: messages at", output, StringComparison.Ordinal);
        Assert.Contains("ok    kafka: topic hobom.logs", output, StringComparison.Ordinal);
        Assert.Equal(3, await Outbox.CountAsync("PENDING"));
        Assert.DoesNotContain(
            Neighbours.Plain.Multiplexer.GetServer(Neighbours.Redis.Address).Keys(), k => ((string)k!).Contains("doctor", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_backend_that_refuses_the_key_or_is_away_is_told()
    {
        await Control.ExpectKeyAsync("main", "another-key");
        await FindsAsync(Neighbours.Settings(), "outbox: messages at", "wrong key", "HOBOM_GRPC_API_KEY");
        await FindsAsync(Neighbours.Settings(("HOBOM_GRPC_ADDR", $"127.0.0.1:{LoopbackPort.Free()}")), "outbox: messages at", "does not answer", "check the address");
    }

    [Fact]
    public async Task Redis_away_with_a_wrong_password_or_a_policy_that_evicts_is_told()
    {
        await FindsAsync(Neighbours.Settings(("HOBOM_REDIS_ADDR", $"127.0.0.1:{LoopbackPort.Free()}")), "redis:", "no connection", "HOBOM_REDIS_ADDR");
        await using var redis = await RedisServer.StartedAsync("--requirepass", "s3cr3t-0f-redis", "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru");
        await FindsAsync(Neighbours.Settings(("HOBOM_REDIS_ADDR", $"{redis.Address},password=wrong")), "redis:", "WRONGPASS", "password");
        var found = await FindsAsync(
            Neighbours.Settings(("HOBOM_REDIS_ADDR", $"{redis.Address},password=s3cr3t-0f-redis")), "redis:", "allkeys-lru", "noeviction");
        Assert.DoesNotContain("s3cr3t", found.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redis_without_an_append_only_file_and_an_account_without_a_right_are_told()
    {
        await using var redis = await RedisServer.StartedAsync();
        await using var admin = await RedisAdmin.RestrictAsync(redis, ["~dlq:*", "~dlqx:*", "+@all", "-hscan", "-xadd"]);
        var settings = Neighbours.Settings(("HOBOM_REDIS_ADDR", $"{redis.Address},password={RedisAdmin.Password}"));
        await FindsAsync(settings, "rights", "hscan, xadd", "ACL SETUSER");
        await using var forgetful = await RedisServer.StartedAsync("--appendonly", "no");
        await FindsAsync(Neighbours.Settings(("HOBOM_REDIS_ADDR", forgetful.Address)), "redis:", "append-only file is off", "appendonly yes");
    }

    [OtherClockTheory]
    [InlineData("+90s", "+")]
    [InlineData("-90s", "-")]
    public async Task A_Redis_with_another_clock_is_told(string offset, string sign)
    {
        await using var redis = await RedisServer.StartedWithAsync(FakeTime.OfRedis(offset));
        var report = await FindsAsync(Neighbours.Settings(("HOBOM_REDIS_ADDR", redis.Address)), "redis:", $"Redis' clock is {sign}", "NTP");
        Assert.Single(report.GetProperty("checks").EnumerateArray(), c => !c.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Kafka_that_is_away_is_told() => await FindsAsync(
        Neighbours.Settings(("HOBOM_KAFKA_BROKER", $"127.0.0.1:{LoopbackPort.Free()}")), "kafka: 127.0.0.1", "", "HOBOM_KAFKA_BROKER");

    [Theory]
    [InlineData(false, null, "expires on")]
    [InlineData(true, null, "has expired")]
    [InlineData(false, "elsewhere.example", "another name")]
    public async Task A_certificate_that_ends_or_is_for_another_name_is_told(bool expired, string? name, string words)
    {
        using var certificates = new TestCertificates();
        var (server, key) = certificates.NewServer(null, name, expired);
        await using var backends = await GrpcJsBackends.StartAsync(server, key);
        await FindsAsync(
            Neighbours.Settings(("HOBOM_GRPC_ADDR", backends.MainAddress), ("HOBOM_GRPC_TLS_CERT", server)), "certificate: backend", words, "renewed");
    }

    [Fact]
    public async Task A_store_of_the_broker_that_cannot_be_opened_is_told() => await FindsAsync(
        Neighbours.Settings(("HOBOM_BROKER_PROVIDER", "sqlite"), ("HOBOM_BROKER_SQLITE_FILE", "/nowhere/at/all.db")), "broker: store (sqlite)", "no folder",
        "BROKER.md");

    [Fact]
    public async Task The_broker_alone_wants_its_store_and_nothing_else()
    {
        var folder = Directory.CreateTempSubdirectory("hobom-store-").FullName;
        var alone = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOBOM_BROKER_PROVIDER"] = "sqlite", ["HOBOM_BROKER_SQLITE_FILE"] = Path.Combine(folder, "events.db"),
        };
        var (code, output) = await ProgramRun.RunAsync(alone, "doctor");
        Assert.True(code == 0, output);
        Assert.Contains("ok    broker: store (sqlite)", output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Directory.Delete(folder);
    }

    [Fact]
    public async Task Settings_that_are_wrong_are_told_all_at_once()
    {
        var (code, report) = await ProgramRun.RunForJsonAsync(
            Neighbours.Settings(("HOBOM_POLL_INTERVAL", "soon"), ("HOBOM_GRPC_ADDR", "nowhere")), "doctor");
        Assert.Equal(1, code);
        Assert.Equal(2, report.GetProperty("checks").EnumerateArray().Count());
        Assert.Equal(2, (await ProgramRun.RunAsync(Neighbours.Settings(), "doctor", "--wrong")).Code);
    }

    /// <summary>Exit code 1, and one line of this check with these words, and what to do.</summary>
    internal static async Task<JsonElement> FindsAsync(IReadOnlyDictionary<string, string> settings, string check, string words, string advice)
    {
        var (code, report) = await ProgramRun.RunForJsonAsync(settings, "doctor");
        Assert.Equal((1, false), (code, report.GetProperty("ok").GetBoolean()));
        Assert.Contains(
            report.GetProperty("checks").EnumerateArray(),
            c => c.GetProperty("check").GetString()!.Contains(check, StringComparison.Ordinal) && !c.GetProperty("ok").GetBoolean()
                && c.GetProperty("problem").GetString()!.Contains(words, StringComparison.Ordinal)
                && c.GetProperty("advice").GetString()!.Contains(advice, StringComparison.Ordinal));
        return report;
    }
}
