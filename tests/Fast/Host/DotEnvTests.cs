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
}
