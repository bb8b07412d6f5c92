using Hobom.Slices.Host;

namespace Hobom.Slices.Tests.Fast.Host;

public sealed class DotEnvTests
{
    [Theory]
    [InlineData("KEY=", "")]
    [InlineData("KEY=   # none yet", "")]
    [InlineData("KEY=\t# none yet", "")]
    [InlineData("KEY=#k3y", "#k3y")]
    [InlineData("KEY=k3y # mine", "k3y")]
    [InlineData("KEY=k3y\t# mine", "k3y")]
    [InlineData("KEY=k3#y", "k3#y")]
    [InlineData("KEY=a=b==", "a=b==")]
    [InlineData("KEY = k3y ", "k3y")]
    [InlineData("KEY=two words", "two words")]
    [InlineData("KEY=k\\3y$HOME", "k\\3y$HOME")]
    [InlineData("KEY=k\"3\"y", "k\"3\"y")]
    [InlineData("KEY=\"k3y\" # mine", "k3y")]
    [InlineData("KEY='k3y' # mine", "k3y")]
    [InlineData("KEY='k3y'# mine", "k3y")]
    [InlineData("KEY=\" k # 3y \"", " k # 3y ")]
    [InlineData("KEY=\"k\\\"3y\"", "k\"3y")]
    [InlineData("KEY=\"k\\\\3\\$y$HOME\"", "k\\3$y$HOME")]
    [InlineData("KEY='k\\3\"y'", "k\\3\"y")]
    [InlineData("KEY=\"\"", "")]
    [InlineData("export KEY=k3y", "k3y")]
    [InlineData("export\tKEY='k3y'", "k3y")]
    [InlineData("\uFEFFKEY=k3y\r\n\r\n# end\r\n", "k3y")]
    public void A_line_gives_the_value_that_was_meant(string text, string value)
    {
        var read = DotEnv.Parse(text);

        Assert.Empty(read.Problems);
        Assert.Equal(value, read.Values["KEY"]);
    }

    [Theory]
    [InlineData("KEY=\"k3\"y", "closing quote")]
    [InlineData("KEY='k3'y", "closing quote")]
    [InlineData("KEY='k3''y'", "closing quote")]
    [InlineData("KEY=\"k3\" y # mine", "closing quote")]
    [InlineData("KEY=\"k3y", "not closed")]
    [InlineData("KEY='k3y", "not closed")]
    [InlineData("KEY=\"k\\\"3y", "not closed")]
    [InlineData("KEY=\"k3y\\", "not closed")]
    [InlineData("KEY=\"k\\n3y\"", "backslash")]
    [InlineData("KEY=k\"3 # y\"", "in the middle")]
    public void A_line_whose_value_is_in_doubt_is_told_with_its_number_and_name_and_without_its_text(string line, string why)
    {
        var read = DotEnv.Parse($"OTHER=x\n{line}\n");

        var problem = Assert.Single(read.Problems);
        Assert.StartsWith(".env, line 2: KEY ", problem, StringComparison.Ordinal);
        Assert.Contains(why, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("k3", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("KEY", read.Values.Keys);
    }

    [Theory]
    [InlineData("k3y")]
    [InlineData("1KEY=k3y")]
    [InlineData("=k3y")]
    [InlineData("KEY k3y=x")]
    [InlineData("export KEY")]
    public void A_line_that_names_nothing_is_told_with_its_number(string line) =>
        Assert.Equal([".env, line 1: expected NAME=value"], DotEnv.Parse(line).Problems);

    [Fact]
    public void A_value_over_several_lines_is_refused() =>
        Assert.Equal(2, DotEnv.Parse("KEY=\"k\n3y\"\n").Problems.Count);

    [Fact]
    public void The_files_problems_come_with_those_of_the_environment_and_a_variable_is_told_once()
    {
        var file = DotEnv.Parse("HOBOM_GRPC_API_KEY=\"k3\"y\nHOBOM_POLL_INTERVAL=soon\n");
        var real = new Dictionary<string, string>
        {
            ["HOBOM_GRPC_ADDR"] = "[zz]:1", ["HOBOM_KAFKA_BROKER"] = "h:1", ["HOBOM_REDIS_ADDR"] = "h:1", ["HOBOM_INTERNAL_API_KEY"] = "k",
        };

        var lines = Startup.Read(file, real).Match(_ => [], problems => problems.Lines);

        Assert.Equal([".env, line 1", "HOBOM_GRPC_ADDR", "HOBOM_POLL_INTERVAL"], lines.Select(l => l[..l.IndexOfAny([':'])].Split(" is")[0]));
    }

    /// <summary>Not that the relay's variables are not set: it is not meant to run.</summary>
    [Theory]
    [InlineData("HOBOM_BROKER_PROVIDER=sqlite\nHOBOM_LOG_FORMAT=\"js\"on\n", ".env, line 2: HOBOM_LOG_FORMAT ")]
    [InlineData("HOBOM_BROKER_PROVIDER=postgres\nHOBOM_BROKER_DATABASE_URL='Host=h;Password=a'b'\n", ".env, line 2: HOBOM_BROKER_DATABASE_URL ")]
    [InlineData("HOBOM_BROKER_PROVIDER=sqlite\nhalf a line\n", ".env, line 2: expected NAME=value")]
    [InlineData("HOBOM_BROKER_PROVIDER=\"sql\"ite\n", ".env, line 1: HOBOM_BROKER_PROVIDER ")]
    [InlineData("HOBOM_BROKER_PROVIDER sqlite\n", ".env, line 1: expected NAME=value")]
    public void Of_a_broker_alone_a_line_that_cannot_be_read_is_all_that_is_told(string text, string told) => Assert.StartsWith(
        told, Assert.Single(ProblemsAlone(DotEnv.Parse(text))), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_cannot_be_read_at_all_may_have_been_a_brokers() => Assert.Equal(
        [".env is not UTF-8"], ProblemsAlone(DotEnvReading.Failed(".env is not UTF-8")));

    [Fact]
    public void Of_a_broker_alone_the_lines_problems_come_with_those_of_the_other_settings()
    {
        var lines = ProblemsAlone(DotEnv.Parse("HOBOM_BROKER_PROVIDER=sqlite\nHOBOM_LOG_FORMAT=\"js\"on\nHOBOM_METRICS_ADDR=:8082\n"));
        Assert.Equal([".env, line 2", "HOBOM_METRICS_ADDR"], lines.Select(l => l.Split(':')[0]));
    }

    [Theory]
    [InlineData("HOBOM_GRPC_ADDR=\"h\":1\nHOBOM_BROKER_PROVIDER=sqlite\n")]
    [InlineData("HOBOM_GRPC_ADDR=h:1\nHOBOM_BROKER_PROVIDER=\"sql\"ite\n")]
    [InlineData("HOBOM_POLL_INTERVAL=\"5\"s\n")]
    [InlineData("")]
    public void Where_the_relay_is_meant_its_own_settings_are_read(string text) =>
        Assert.True(Startup.ReadAlone(DotEnv.Parse(text), new Dictionary<string, string>()).IsNone);

    static IReadOnlyList<string> ProblemsAlone(DotEnvReading file) => Startup.ReadAlone(file, new Dictionary<string, string>())
        .IfNone(() => throw new InvalidOperationException("the relay is to run")).Match(_ => [], problems => problems.Lines);
}
