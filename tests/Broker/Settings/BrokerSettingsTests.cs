using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Broker.Stores.Memory;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hobom.Slices.Tests.Broker.Settings;

public sealed class BrokerSettingsTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("hobom-settings-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Without_its_provider_the_broker_is_off() => Assert.True(Read([]).Match(s => s.IsNone, _ => false));

    [Fact]
    public void The_defaults_are_the_contracts()
    {
        var settings = On(("HOBOM_BROKER_PROVIDER", "sqlite"));
        Assert.Equal((BrokerProvider.Sqlite, false, 10, "resolvespec_events"), (settings.Provider, settings.Sync, settings.WorkerCount, settings.Channel));
        Assert.Equal(BrokerTuning.Contract, settings.Tuning);
        Assert.Equal(3, settings.Tuning.DefaultRetry.AttemptLimit);
    }

    [Fact]
    public void The_files_section_is_read_variables_are_expanded_and_the_environment_wins()
    {
        var settings = On(
            ("HOBOM_BROKER_CONFIG", File(
                """
                other: { x: 1 }
                event_broker:
                  enabled: true
                  provider: memory
                  mode: sync
                  instance_id: "${HOST}-1"
                  worker_count: 3
                  retry_policy: { max_retries: 0, initial_delay: 250ms }
                """)),
            ("HOST", "box"), ("RESOLVESPEC_EVENT_BROKER_WORKER_COUNT", "4"), ("HOBOM_BROKER_PROVIDER", "sqlite"));
        Assert.Equal(("box-1", 4, true, BrokerProvider.Sqlite), (settings.InstanceId, settings.WorkerCount, settings.Sync, settings.Provider));
        Assert.Equal((1, TimeSpan.FromMilliseconds(250)), (settings.Tuning.DefaultRetry.AttemptLimit, settings.Tuning.DefaultRetry.InitialDelay));
    }

    [Fact]
    public void B1_a_store_an_instance_and_a_mode_make_a_broker_and_what_is_left_out_has_its_default()
    {
        var given = On(("HOBOM_BROKER_PROVIDER", "memory"), ("HOBOM_BROKER_INSTANCE_ID", "i1"), ("HOBOM_BROKER_MODE", "sync"));
        Assert.Equal((BrokerProvider.Memory, "i1", true), (given.Provider, given.InstanceId, given.Sync));
        var least = On(("HOBOM_BROKER_ENABLED", "true"), ("HOSTNAME", "box"));
        Assert.Equal((BrokerProvider.Memory, "box", false, 10), (least.Provider, least.InstanceId, least.Sync, least.WorkerCount));
        Assert.NotEmpty(On(("HOBOM_BROKER_ENABLED", "true"), ("HOBOM_BROKER_INSTANCE_ID", " ")).InstanceId);
        Assert.StartsWith("HOBOM_BROKER_PROVIDER is 'none'", Assert.Single(Problems(("HOBOM_BROKER_PROVIDER", "none"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HOBOM_BROKER_PROVIDER", "Redis", "HOBOM_BROKER_PROVIDER is 'Redis'")]
    [InlineData("HOBOM_BROKER_MODE", "Sync", "HOBOM_BROKER_MODE is 'Sync'")]
    [InlineData("HOBOM_BROKER_WORKER_COUNT", "0", "HOBOM_BROKER_WORKER_COUNT is '0'")]
    [InlineData("RESOLVESPEC_EVENT_BROKER_RETRY_POLICY_MAX_RETRIES", "-1", "RESOLVESPEC_EVENT_BROKER_RETRY_POLICY_MAX_RETRIES is '-1'")]
    [InlineData("HOBOM_BROKER_RETRY_POLICY_INITIAL_DELAY", "5", "HOBOM_BROKER_RETRY_POLICY_INITIAL_DELAY is '5'")]
    [InlineData("HOBOM_BROKER_OUTBOX_PROCESSING_LEASE_MS", "999", "HOBOM_BROKER_OUTBOX_PROCESSING_LEASE_MS is '999'")]
    [InlineData("HOBOM_BROKER_OUTBOX_ENABLED", "yes", "HOBOM_BROKER_OUTBOX_ENABLED is 'yes'")]
    [InlineData("HOBOM_BROKER_NATS_STORAGE", "mem", "HOBOM_BROKER_NATS_STORAGE is 'mem': expected file, memory")]
    [InlineData("HOBOM_BROKER_NATS_URL", "nats://anna:secret@host:port", "HOBOM_BROKER_NATS_URL: expected nats://host:port")]
    [InlineData("HOBOM_BROKER_NATS_URL", "one,,two", "HOBOM_BROKER_NATS_URL: expected nats://host:port")]
    [InlineData("HOBOM_BROKER_RETENTON", "3d", "HOBOM_BROKER_RETENTON is no setting")]
    [InlineData("HOBOM_BROKER_SOURCES_GITHUB_SECRET", "s", "HOBOM_BROKER_SOURCES_GITHUB_SECRET is no setting")]
    public void A_bad_value_is_refused_by_its_name(string variable, string value, string start)
    {
        var problems = Problems(("HOBOM_BROKER_ENABLED", "true"), (variable, value));
        Assert.StartsWith(start, Assert.Single(problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("event_broker: { enabled: true, providr: sqlite }", "event_broker.providr is no setting")]
    [InlineData("event_broker: { enabled: true, instance_id: \"${NOWHERE}\" }", "which is not set")]
    [InlineData("event_broker: [", "config.yaml")]
    public void A_file_that_cannot_be_used_says_where(string text, string part) =>
        Assert.Contains(part, Assert.Single(Problems(("HOBOM_BROKER_CONFIG", File(text)))), StringComparison.Ordinal);

    [Fact]
    public void Postgres_needs_its_address_and_the_address_is_not_shown()
    {
        Assert.StartsWith("event_broker.database.url: expected", Assert.Single(Problems(("HOBOM_BROKER_PROVIDER", "database"))), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", On(("HOBOM_BROKER_PROVIDER", "postgres"), ("HOBOM_BROKER_DATABASE_URL", "Host=x;Password=secret")).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Neither_what_Kubernetes_gives_beside_a_service_nor_an_empty_variable_is_a_misspelt_one() => On(
        ("HOBOM_BROKER_PROVIDER", "memory"), ("HOBOM_BROKER_SERVICE_HOST", "10.0.0.1"), ("HOBOM_BROKER_SERVICE_PORT_HTTP", "8082"),
        ("HOBOM_BROKER_PORT", "tcp://10.0.0.1:8082"), ("HOBOM_BROKER_PORT_8082_TCP_ADDR", "10.0.0.1"), ("HOBOM_BROKER_RETENTON", " "));

    [Theory]
    [InlineData("redis.password", "canary,7f3a91")]
    [InlineData("database.url", "canary=7f3a91")]
    [InlineData("nats.url", "nats://anna:canary-7f3a91@host")]
    [InlineData("sources.x.secrets", "canary-7f3a91")]
    public void A_secret_that_is_refused_is_not_shown(string name, string canary)
    {
        var read = new SettingValues(new Dictionary<string, string> { [name] = canary }, new Dictionary<string, string>());
        read.Refuse(name, "another one");
        Assert.Equal($"event_broker.{name}: expected another one", Assert.Single(read.Problems));
    }

    [Theory]
    [InlineData("HOBOM_BROKER_REDIS_PASSWORD", "canary,7f3a91")]
    [InlineData("HOBOM_BROKER_SOURCES_PAY_SECRETS", "whsec_canary,7f3a91")]
    public void Nor_is_it_where_the_start_tells_of_it(string variable, string canary) =>
        Assert.DoesNotContain("canary", Assert.Single(Problems(("HOBOM_BROKER_PROVIDER", "redis"), (variable, canary))), StringComparison.Ordinal);

    /// <summary>The file's policy may be what no slug can say: another setting's change must not stumble over it.</summary>
    [Fact]
    public void A_setting_is_changed_beside_a_policy_of_the_file_and_leaves_the_rest_of_it()
    {
        var now = On(("HOBOM_BROKER_CONFIG", File("""
            event_broker:
              enabled: true
              retry_policy: { max_retries: 1000, initial_delay: 50ms, max_delay: 5s, backoff_factor: 3, jitter: 0.5 }
            """))).Tuning;
        var policy = new ConsumerRetry(1000, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5), 3, 0.5);
        Assert.Equal(policy, now.DefaultRetry);
        Assert.Equal(now with { OutboxEnabled = false }, OutboxSettings.Change(now, "outbox-enabled", "false").IfLeft(now));
        Assert.Equal(
            policy with { MaxRetries = 6 }, OutboxSettings.Change(now, "outbox-max-attempts", "7").IfLeft(now).DefaultRetry);
        Assert.Equal(
            policy with { InitialDelay = TimeSpan.FromMilliseconds(200) },
            OutboxSettings.Change(now, "outbox-retry-base-delay-ms", "200").IfLeft(now).DefaultRetry);
    }

    [Fact]
    public async Task What_an_operator_has_switched_off_stays_off_when_a_process_starts_with_such_a_policy()
    {
        var store = MemoryStore.Open(100, TimeProvider.System);
        await store.Settings.Set("outbox-enabled", "false", "anna", default);
        var start = BrokerTuning.Contract with { DefaultRetry = ConsumerRetry.Contract with { MaxRetries = 1000, InitialDelay = TimeSpan.Zero } };
        var control = new TuningControl(start, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var following = control.FollowAsync(store, new FakeTimeProvider(), stop.Token);
        for (var i = 0; i < 500 && control.Now.OutboxEnabled; i++) await Task.Delay(10);
        await stop.CancelAsync();
        await following;
        Assert.Equal(start with { OutboxEnabled = false }, control.Now);
    }

    [Fact]
    public void Each_setting_is_changed_alone_whatever_the_others_are()
    {
        var odd = BrokerTuning.Contract with { PollingInterval = TimeSpan.FromMilliseconds(1), Lease = TimeSpan.FromMilliseconds(1), BatchSize = 0 };
        foreach (var (slug, value) in OutboxSettings.Show(BrokerTuning.Contract))
        {
            var changed = OutboxSettings.Change(odd, slug, value).Match(t => t, why => throw new InvalidOperationException(why));
            Assert.Equal(
                new Dictionary<string, string>(OutboxSettings.Show(odd)) { [slug] = value }.OrderBy(s => s.Key, StringComparer.Ordinal),
                OutboxSettings.Show(changed).OrderBy(s => s.Key, StringComparer.Ordinal));
        }
    }

    [Fact]
    public void A_setting_is_changed_alone_and_a_bad_value_leaves_it()
    {
        var now = BrokerTuning.Contract with { DefaultRetry = ConsumerRetry.Contract };
        var changed = OutboxSettings.Change(now, "outbox-batch-size", "77").Match(t => t, why => throw new InvalidOperationException(why));
        Assert.Equal(now with { BatchSize = 77 }, changed);
        Assert.Equal(4, OutboxSettings.Change(now, "outbox-max-attempts", "4").Match(t => t.DefaultRetry.AttemptLimit, _ => 0));
        Assert.True(OutboxSettings.Change(now, "outbox-batch-size", "0").IsLeft);
        Assert.True(OutboxSettings.Change(now, "outbox-batch", "1").IsLeft);
        Assert.Equal(OutboxSettings.Slugs.Order(), OutboxSettings.Show(now).Keys.Order());
    }

    string File(string text)
    {
        var path = Path.Combine(folder, "config.yaml");
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    static LanguageExt.Either<IReadOnlyList<string>, LanguageExt.Option<BrokerSettings>> Read((string Name, string Value)[] variables) =>
        BrokerSettingsReader.Read(variables.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal));

    static BrokerSettings On(params (string Name, string Value)[] variables) =>
        Read(variables).Match(s => s.IfNone(() => throw new InvalidOperationException("off")), p => throw new InvalidOperationException(string.Join("; ", p)));

    static IReadOnlyList<string> Problems(params (string Name, string Value)[] variables) => Read(variables).Match(_ => [], p => p);
}
