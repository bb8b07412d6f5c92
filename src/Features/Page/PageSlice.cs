using Hobom.Slices.Http;
using Hobom.Slices.Page.Changes;
using Hobom.Slices.Page.History;
using Hobom.Slices.Page.Serving;
using Hobom.Slices.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Hobom.Slices.Page;

/// <summary>The flows that the page shows; none where the broker runs alone.</summary>
public sealed record PageFlows(IReadOnlyList<Slice> Slices);

/// <summary>The operators' page at <c>/</c>. No flow of its own: it shows those of the others.</summary>
public sealed class PageSlice(IReadOnlyList<Slice> slices, LettersNow letters, TimeProvider clock)
{
    readonly FlowHistories histories = new(slices, clock);

    public void AddTo(IServiceCollection services) => services
        .AddSingleton(PageFiles.Read()).AddSingleton(histories).AddSingleton(letters)
        .AddSingleton(new PageFlows(slices)).TryAddSingleton<OpenStreams>();

    /// <summary>Counts what flows until told to stop.</summary>
    public Task FollowAsync(CancellationToken stopping) => histories.FollowAsync(stopping);
}
