using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Settings;

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
