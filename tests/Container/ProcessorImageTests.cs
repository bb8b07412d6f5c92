using System.Text.Json;
using Hobom.Slices.Tests.Integration.Processor;

namespace Hobom.Slices.Tests.Container;

/// <summary>The Dockerfile's image, built and run.</summary>
[Collection(ContainerCollection.Name)]
public sealed class ProcessorImageTests(ImageNeighbours images)
{
    static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(3);

    readonly string prefix = ProcessorNeighbours.NewPrefix();

    ProcessorNeighbours Neighbours => images.Started;

    [ContainerFact]
    public async Task With_256_MB_and_nothing_writable_it_delivers_is_healthy_and_ends_with_0()
    {
        const int Rows = 10_000;
        await Neighbours.ResetAsync();
        var outbox = new MessageOutbox(Neighbours);
        await outbox.GenerateAsync(prefix, Rows, bodyBytes: 1000);
        await outbox.AddAsync($"{prefix}bad", new { title = "nobody gets it", recipient = "" });
        await using var container = await ProcessorContainer.StartAsync(Neighbours.Settings());

        for (var end = DateTime.UtcNow + DrainLimit; await outbox.CountAsync("PENDING") > 0;)
        {
            Assert.True(DateTime.UtcNow < end, await container.OutputAsync());
            await Task.Delay(200);
        }

        var result = await outbox.CompareAsync();
        Assert.Equal((Rows, 1, 0, Rows), (result.Sent, result.Failed, result.Pending, result.Records));
        Assert.True(await Neighbours.Plain.KeyExistsAsync($"dlq:menu:{prefix}bad"));
        var health = await container.ExecAsync("/app/hobom", "health");
        Assert.Equal((0, "healthy"), (health.Code, health.Output.Trim()));
        await IsConfinedAsync(container);

        var (code, took) = await container.StopAsync();
        Assert.Equal(0, code);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(40));
        // The framework does not complain of a folder that it cannot write.
        Assert.DoesNotContain("Microsoft.AspNetCore", await container.OutputAsync(), StringComparison.Ordinal);
    }

    [ContainerFact]
    public async Task Without_settings_each_missing_one_is_a_line_and_the_exit_code_is_1()
    {
        var end = await ProcessorContainer.OnceAsync();
        Assert.Equal(1, end.Code);
        Assert.All(
            (string[])["HOBOM_GRPC_ADDR", "HOBOM_GRPC_API_KEY", "HOBOM_KAFKA_BROKER", "HOBOM_REDIS_ADDR"],
            name => Assert.Contains(end.Errors.Split('\n'), line => line.StartsWith(name, StringComparison.Ordinal)));
    }

    [ContainerFact]
    public async Task Its_health_command_says_why_where_nobody_answers()
    {
        var end = await ProcessorContainer.OnceAsync("health");
        Assert.Equal(1, end.Code);
        Assert.Contains("http://127.0.0.1:8082/health cannot be reached", end.Errors, StringComparison.Ordinal);
    }

    [ContainerFact]
    public async Task What_engines_are_told_stands_in_it()
    {
        var image = JsonSerializer.Deserialize<JsonElement>((await ContainerCli.DoneAsync("image", "inspect", ImageNeighbours.Processor)).Output)[0];
        var config = image.GetProperty("Config");
        Assert.Equal("1654", config.GetProperty("User").GetString());
        Assert.Equal("SIGTERM", config.GetProperty("StopSignal").GetString());
        Assert.True(config.GetProperty("ExposedPorts").TryGetProperty("8082/tcp", out _));
        Assert.Contains("DOTNET_EnableDiagnostics=0", config.GetProperty("Env").EnumerateArray().Select(e => e.GetString()));
        // Docker has it in the configuration, podman beside it.
        var health = config.TryGetProperty("Healthcheck", out var own) ? own : image.GetProperty("Healthcheck");
        Assert.Equal(["CMD", "/app/hobom", "health"], health.GetProperty("Test").EnumerateArray().Select(t => t.GetString()));
    }

    /// <summary>Asked of the kernel: an engine may have understood something else.</summary>
    static async Task IsConfinedAsync(ProcessorContainer container)
    {
        var status = await container.ProcessStatusAsync();
        Assert.Equal("1654\t1654\t1654\t1654", status["Uid"]);
        Assert.Equal("0000000000000000", status["CapEff"]);
        Assert.Equal("1", status["NoNewPrivs"]);
        Assert.Equal("2", status["Seccomp"]);
        Assert.Equal(0, (await container.ExecAsync("/bin/sh", "-c", "echo x > /dev/null")).Code);
        foreach (var folder in (string[])["/", "/app", "/tmp", "/run", "/var/tmp", "/home/app"])
            Assert.NotEqual(0, (await container.ExecAsync("/bin/sh", "-c", $"echo x > {folder}/written")).Code);
    }
}
