using System.Text.RegularExpressions;

namespace Hobom.Slices.Tests.Container;

/// <summary>What no compiler reads.</summary>
public sealed class LintTests
{
    public static TheoryData<string> Scripts =>
        [.. Files("*").Where(f => f is "run" or "test" || f.EndsWith(".sh", StringComparison.Ordinal) || IsScript(f))];

    /// <summary>A chart's templates are no YAML before they are rendered.</summary>
    public static TheoryData<string> YamlFiles => [.. Files("*.yaml").Where(f => !f.Contains("/templates/", StringComparison.Ordinal))];

    public static TheoryData<string> Dockerfiles => [.. Files("Dockerfile")];

    [ToolTheory("shellcheck")]
    [MemberData(nameof(Scripts))]
    public async Task Shell(string file)
    {
        var end = await Tool.RunAsync("shellcheck", "--external-sources", "--source-path=SCRIPTDIR", file);
        Assert.True(end.Code == 0, end.All);
    }

    [ToolTheory("yamllint")]
    [MemberData(nameof(YamlFiles))]
    public async Task Yaml(string file)
    {
        var end = await Tool.RunAsync("yamllint", "--strict", "-c", "tests/Container/.yamllint.yaml", file);
        Assert.True(end.Code == 0, end.All);
    }

    [NodeToolTheory]
    [MemberData(nameof(Dockerfiles))]
    public async Task Dockerfile(string file)
    {
        var end = await NodeTools.DockerfileLintAsync(file);
        Assert.True(end.Code == 0, end.All);
    }

    [ToolTheory("docker-compose")]
    [InlineData("deploy/compose.yaml")]
    public async Task Compose_without_keys_is_refused_with_a_hint_and_with_them_sound(string file)
    {
        var keys = Path.GetTempFileName();
        var without = await Tool.RunAsync("docker-compose", "--env-file", keys, "--file", file, "config", "--quiet");
        Assert.NotEqual(0, without.Code);
        Assert.Contains("see deploy/new-keys", without.Errors, StringComparison.Ordinal);

        await File.WriteAllTextAsync(keys, (await Tool.DoneAsync(Repository.PathOf("deploy/new-keys"))).Output);
        var with = await Tool.RunAsync("docker-compose", "--env-file", keys, "--file", file, "config", "--quiet");
        File.Delete(keys);
        Assert.True(with.Code == 0, with.All);
    }

    /// <summary>The compose file and OPERATING say the same time to end.</summary>
    [Fact]
    public void The_time_to_end_is_one()
    {
        var operating = Regex.Match(
            File.ReadAllText(Repository.PathOf("docs/OPERATING.md")), "Give it (?<s>[0-9]+) s before you kill it", RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(1)).Groups["s"].Value;
        Assert.Contains(
            $"stop_grace_period: {operating}s", File.ReadAllText(Repository.PathOf("deploy/compose.yaml")), StringComparison.Ordinal);
        Assert.Contains(
            $"terminationGracePeriodSeconds: {operating}\n", File.ReadAllText(Repository.PathOf($"{Chart.Folder}/values.yaml")),
            StringComparison.Ordinal);
    }

    static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Repository.Root, pattern, new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Select(f => Path.GetRelativePath(Repository.Root, f))
            .Where(f => !f.Split('/').Any(part => part is "node_modules" or "bin" or "obj" or ".git" or "artifacts" or "TestResults"));

    static bool IsScript(string file)
    {
        if (Path.HasExtension(file)) return false;
        using var reader = File.OpenText(Repository.PathOf(file));
        var head = new char[32];
        return reader.Read(head) > 2 && new string(head) is ['#', '!', ..] text && text.Contains("sh", StringComparison.Ordinal);
    }

    [AttributeUsage(AttributeTargets.Method)]
    sealed class ToolTheoryAttribute : TheoryAttribute
    {
        public ToolTheoryAttribute(string program)
        {
            if (!Tool.IsInstalled(program)) Skip = $"{program} is not installed";
        }
    }
}
