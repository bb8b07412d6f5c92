using System.Diagnostics;
using System.Reflection;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>What an operator deploys: <c>dotnet publish src/Host -c Release -o DIR</c>.</summary>
public sealed class PublishedProcessorTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    readonly string folder = Directory.CreateTempSubdirectory("hobom-published-").FullName;

    static string HostProject { get; } = Assembly.GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "HostProject").Value!;

    public override Task DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return base.DisposeAsync();
    }

    [Fact]
    public async Task It_runs_from_the_environment_alone_and_has_nothing_of_the_sandbox_or_the_tests()
    {
        await PublishAsync();
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetFileName(f))];
        Assert.Contains("hobom", files);
        Assert.DoesNotContain(files, f => f.Contains("sandbox", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(files, f => f.Contains("test", StringComparison.OrdinalIgnoreCase));
        await Outbox.GenerateAsync(Prefix, 3);
        await using var processor = RunningProcessor.Launch(Neighbours.Settings(), null, Path.Combine(folder, "hobom"));
        await processor.AnswersAsync();
        await Outbox.EachIsSentOnceAsync(3, processor);
        await processor.StopAsync();
    }

    async Task PublishAsync()
    {
        var start = new ProcessStartInfo("dotnet", ["publish", HostProject, "-c", "Release", "-o", folder, "--nologo"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // The test host's own settings for MSBuild are not for a build of its own.
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        using var publish = Process.Start(start)!;
        var output = publish.StandardOutput.ReadToEndAsync();
        var errors = publish.StandardError.ReadToEndAsync();
        await publish.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(15));
        Assert.True(publish.ExitCode == 0, await output + await errors);
    }
}
