using Hobom.Slices.Sandbox.Backends;
using Hobom.Slices.Sandbox.Feed;
using Hobom.Slices.Sandbox.Grpc;
using Hobom.Slices.Sandbox.Rows;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Sandbox;

/// <summary>Where a started sandbox listens: three gRPC backends as <c>host:port</c>, and the summary's base URL.</summary>
public sealed record SandboxAddresses(string Main, string Space, string Llm, string Http);

/// <summary>The three backends and the summary page of one sandbox.</summary>
public sealed class SandboxServer : IAsyncDisposable
{
    private readonly ServeOptions _options;
    private readonly TimeProvider _time;
    private readonly MainBackend _main;
    private readonly LlmBackend _llm;
    private readonly GrpcBackend[] _backends;
    private WebApplication? _page;

    public SandboxServer(ServeOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        (MainRows, SpaceRows) = (new OutboxTable(time), new OutboxTable(time));
        Feed = new EventFeed(MainRows, SpaceRows, options.Flows, options.RowsPerSecond, options.CountLimit, time, options.OnlyGood);
        _main = new MainBackend(MainRows, options.Batch ? new RowPages(MainRows, time) : null);
        _llm = new LlmBackend(time);
        var space = new SpaceBackend(SpaceRows, options.Batch ? new RowPages(SpaceRows, time) : null);
        _backends = [_main.Build(options.ApiKey), space.Build(options.ApiKey), _llm.Build(options.ApiKey)];
    }

    public OutboxTable MainRows { get; }

    public OutboxTable SpaceRows { get; }

    public EventFeed Feed { get; }

    public async Task<SandboxAddresses> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(_options.Listen, _options.HttpPort));
        _page = builder.Build();
        _page.MapGet("/summary", () => Summary());
        await _page.StartAsync();
        return new SandboxAddresses(
            await _backends[0].StartAsync(_options.Listen, _options.MainPort),
            await _backends[1].StartAsync(_options.Listen, _options.SpacePort),
            await _backends[2].StartAsync(_options.Listen, _options.LlmPort),
            _page.Urls.Single());
    }

    public SandboxSummary Summary() => new(
        Feed.Generated,
        Feed.Done,
        [.. MainRows.Counts(), .. SpaceRows.Counts()],
        [.. MainRows.LastFailures().Concat(SpaceRows.LastFailures()).OrderByDescending(failure => failure.At).Take(5)],
        _llm.Calls,
        _main.StudyMaterialsSaved);

    public async ValueTask DisposeAsync()
    {
        if (_page is not null)
            await _page.DisposeAsync();
        foreach (var backend in _backends)
            await backend.DisposeAsync();
    }
}
