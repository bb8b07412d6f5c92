using Hobom.Slices.Core;
using Hobom.Slices.Protos.Law;
using Hobom.Slices.Protos.Llm;
using Hobom.Slices.Protos.Outbox.Law;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Leases;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Law;

/// <summary>The neighbours of the law flow, one function each.</summary>
/// <param name="Generate">Cut short by its token; each call is paid for.</param>
/// <param name="Save">Never cut short.</param>
/// <param name="Kept">What outlives the process: see <see cref="LawProgressStore"/>.</param>
public sealed record LawPorts(
    Func<CancellationToken, Task<Either<CallFailure, IReadOnlyList<OutboxItem<LawChangedPayload>>>>> FindPending,
    Func<StudyMaterialRequest, CancellationToken, Task<Either<CallFailure, StudyMaterialResponse>>> Generate,
    Func<SaveStudyMaterialRequest, Task<Either<CallFailure, Unit>>> Save,
    MarkPort Marks,
    LetterPort Letters,
    KeptValuePort Kept);

/// <summary>All that the law flow is made of.</summary>
/// <param name="Chance">From 0 to 1, for jitter.</param>
/// <param name="Concurrency">Events that visits have under way at a time, and generations in all; at least 1.</param>
public sealed record LawParts(
    LawPorts Ports, FlowLease Lease, TimeProvider Clock, Func<double> Chance, ILogger Log, int Concurrency = LawParts.DefaultConcurrency)
{
    public const int DefaultConcurrency = 2;

    /// <summary>Of the steps to generate and to save, and of the mark.</summary>
    public FlowPolicies Policies { get; init; } = FlowPolicies.Contract;
}
