using FastEndpoints;
using FastEndpoints.Swagger;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters;
using Hobom.Slices.Messages;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Kafka;
using Hobom.Slices.Runtime.Redis;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Hobom.Slices.Host;

/// <summary>The whole processor: built by hand in one place, run until told to stop.</summary>
public sealed class Processor : IAsyncDisposable
{
    static readonly TimeSpan HttpStopLimit = TimeSpan.FromSeconds(5);

    readonly WebApplication app;
    readonly Neighbours neighbours;
    readonly IReadOnlyList<Slice> slices;
    readonly Settings settings;

    Processor(WebApplication app, Neighbours neighbours, IReadOnlyList<Slice> slices, Settings settings)
    {
        this.app = app;
        this.neighbours = neighbours;
        this.slices = slices;
        this.settings = settings;
    }

    public static Processor Build(Settings settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        HttpApi.Configure(builder, settings);
        var app = builder.Build();
        return null!;
    }
}
