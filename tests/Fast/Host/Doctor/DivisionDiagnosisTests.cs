using Hobom.Slices.Core;
using Hobom.Slices.Host.Doctor;
using Hobom.Slices.Runtime.Leases;

namespace Hobom.Slices.Tests.Fast.Host.Doctor;

public sealed class DivisionDiagnosisTests
{
    static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1, 4, "those that run have it in 4 shards, and these settings undivided")]
    [InlineData(8, 4, "those that run have it in 4 shards, and these settings in 8 shards")]
    [InlineData(4, 4, null)]
    public void Another_number_of_shards_is_told(int here, int running, string? problem) =>
        Assert.Equal(problem, Of(new FlowDivision(new ShardCount(running), Life).Format(), here).Problem);

    [Theory]
    [InlineData(1, null)]
    [InlineData(4, "those that run have it undivided, and these settings in 4 shards")]
    public void So_is_one_process_that_has_it_whole(int here, string? problem) =>
        Assert.Equal(problem, Of("{\"host\":\"a\"}", here).Problem);

    [Fact]
    public void Leases_that_live_for_another_time_are_told()
    {
        var told = Of(new FlowDivision(new ShardCount(4), TimeSpan.FromSeconds(45)).Format(), 4);
        Assert.Equal("its leases live for 45s, and by these settings for 30s", told.Problem);
        Assert.Contains("HOBOM_KAFKA_DELIVERY_TIMEOUT", told.Advice, StringComparison.Ordinal);
    }

    static CheckResult Of(string seen, int here) => DivisionDiagnosis.Of("messages", seen, new FlowDivision(new ShardCount(here), Life));
}
