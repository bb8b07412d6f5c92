using Hobom.Slices.Host;
using Hobom.Slices.Host.CommandLine;

namespace Hobom.Slices.Tests.Fast.Host.Doctor;

public sealed class DoctorCommandTests
{
    [Theory]
    [InlineData("HOBOM_HTTP_ADDR", "8082x")]
    [InlineData("HOBOM_KEYS_FILE", "/nowhere/keys.json")]
    [InlineData("HOBOM_OIDC_AUTHORITY", "no address")]
    [InlineData("HOBOM_LOG_FORMAT", "xml")]
    [InlineData("HOBOM_METRICS_ADDR", ":8082")]
    [InlineData("HOBOM_BROKER_WORKER_COUNT", "many")]
    public async Task Of_a_broker_alone_it_finds_what_would_stop_the_start(string variable, string value)
    {
        var results = await ExamineAsync((variable, value));
        Assert.NotEmpty(results);
        Assert.All(results, r => Assert.Equal((false, "settings"), (r.Ok, r.Check)));
        Assert.Contains(results, r => r.Problem!.StartsWith(variable, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_a_broker_alone_that_is_well_it_looks_at_the_store()
    {
        var results = await ExamineAsync();
        Assert.Equal(2, results.Count);
        Assert.All(results, r => Assert.True(r.Ok, r.Problem));
    }

    static Task<IReadOnlyList<Hobom.Slices.Host.Doctor.CheckResult>> ExamineAsync(params (string Name, string Value)[] given) =>
        DoctorCommand.ExamineAsync(
            BrokerProcessor.SettingsAlone(
                given.Append(("HOBOM_BROKER_PROVIDER", "memory")).ToDictionary(v => v.Item1, v => v.Item2, StringComparer.Ordinal)),
            () => throw new InvalidOperationException("the relay's settings were read"));
}
