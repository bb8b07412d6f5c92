using Testcontainers.Redis;

namespace Hobom.Slices.Tests.Support;

/// <summary>Redis 7 in a container of its own.</summary>
public sealed class ContainerRedis : RedisServer
{
    const string Image = "redis:7";

    readonly RedisContainer container;

    public ContainerRedis(params string[] options) => container = new RedisBuilder(Image)
        .WithPortBinding(Port, RedisBuilder.RedisPort)
        .WithCommand(["redis-server", "--save", "", "--appendonly", "yes", .. options])
        .WithCreateParameterModifier(ContainerEngine.StopAtOnce)
        .Build();

    public override async Task StartAsync()
    {
        await container.StartAsync();
        await AnswersAsync(TimeSpan.FromSeconds(20));
    }

    public override Task KillAsync() => container.StopAsync();

    public override Task PauseAsync() => container.PauseAsync();

    public override Task ResumeAsync() => container.UnpauseAsync();

    public override ValueTask DisposeAsync() => container.DisposeAsync();
}
