using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Rules;

/// <summary>C1 and C2: defaults, and what the environment changes of them.</summary>
public sealed class RouterVariablesTests
{
    [Fact]
    public void C1_off_by_default_and_with_sound_defaults_when_on()
    {
        Assert.Null(Read(new()).Settings);
        var (settings, problems) = Read(new() { ["HOBOM_STREAMS_ENABLED"] = "true" });
        Assert.Empty(problems);
        Assert.Equal("event-router-group", settings!.Group);
        Assert.True(settings is { ReadCount: > 0, DeliveryLimit: 5, Block.TotalMilliseconds: > 0, LeaseLife.TotalSeconds: 5,
            Retention.TotalDays: 7 });
        Assert.All(HandlerRegistry.Default.Domains, d =>
            Assert.Equal((1, UnknownTypePolicy.DeadLetter), (settings.ShardsOf(d), settings.PolicyOf(d))));
        Assert.Equal(TimeSpan.FromDays(400), settings.LifeOf("stats:daily"));
        Assert.Null(settings.LifeOf("state:user"));
    }

    [Fact]
    public void C2_the_environment_has_the_last_word()
    {
        var (settings, problems) = Read(new()
        {
            ["HOBOM_STREAMS_ENABLED"] = "true", ["HOBOM_STREAMS_SHARDS"] = "2,chat=4", ["HOBOM_STREAMS_UNKNOWN"] = "info=hold",
            ["HOBOM_STREAMS_RETENTION"] = "0s", ["HOBOM_STREAMS_STATE_TTL"] = "stats:daily=0s,state:user=30d",
                ["HOBOM_STREAMS_GROUP"] = "g",
        });
        Assert.Empty(problems);
        Assert.Equal((2, 4), (settings!.ShardsOf("auth"), settings.ShardsOf("chat")));
        Assert.Equal((UnknownTypePolicy.Hold, UnknownTypePolicy.DeadLetter), (settings.PolicyOf("info"), settings.PolicyOf("auth")));
        Assert.Null(settings.Retention);
        Assert.Equal((null, TimeSpan.FromDays(30), TimeSpan.FromDays(30)),
            (settings.LifeOf("stats:daily"), settings.LifeOf("state:user"), settings.LifeOf("state:chat")));
    }

    [Theory]
    [InlineData("HOBOM_STREAMS_ENABLED", "yes")]
    [InlineData("HOBOM_STREAMS_SHARDS", "0")]
    [InlineData("HOBOM_STREAMS_SHARDS", "none=2")]
    [InlineData("HOBOM_STREAMS_ZONE", "Nowhere/Land")]
    [InlineData("HOBOM_STREAMS_UNKNOWN", "drop")]
    [InlineData("HOBOM_STREAMS_READ_COUNT", "1001")]
    [InlineData("HOBOM_STREAMS_BLOCK", "5s")]
    [InlineData("HOBOM_STREAMS_LEASE", "0s")]
    [InlineData("HOBOM_STREAMS_DELIVERY_LIMIT", "-1")]
    [InlineData("HOBOM_STREAMS_RETENTION", "soon")]
    [InlineData("HOBOM_STREAMS_STATE_TTL", "state:none=5d")]
    public void What_is_wrong_is_told_with_its_variable(string name, string value) =>
        Assert.StartsWith(name, Assert.Single(Read(new() { [name] = value }).Problems), StringComparison.Ordinal);

    static (RouterSettings? Settings, List<string> Problems) Read(Dictionary<string, string> environment)
    {
        var problems = new List<string>();
        return (RouterVariables.Read(HandlerRegistry.Default, environment.GetValueOrDefault, problems.Add), problems);
    }
}
