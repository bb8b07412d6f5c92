using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Leases;

/// <summary>Who shares a flow whose events are divided. Each call is bounded in time.</summary>
/// <param name="Look">Says that this process shares it, for so long, and tells who does and who has what.</param>
/// <param name="Leave">This process shares it no more.</param>
public sealed record ShardPort(
    Func<ProcessIdentity, TimeSpan, Task<Either<StoreFailure, ShardsSeen>>> Look,
    Func<ProcessIdentity, Task<Either<StoreFailure, Unit>>> Leave);

/// <summary>One look at a flow whose events are divided.</summary>
/// <param name="Sharers">The processes that share it, as far as each has said so of late.</param>
/// <param name="Holders">Of each shard, as its lease's text; null where nobody has it.</param>
public sealed record ShardsSeen(IReadOnlyList<ProcessIdentity> Sharers, IReadOnlyList<string?> Holders);
