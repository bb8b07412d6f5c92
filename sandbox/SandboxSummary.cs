using Hobom.Slices.Sandbox.Rows;

namespace Hobom.Slices.Sandbox;

/// <summary>How the rows stand: the answer of <c>GET /summary</c>.</summary>
/// <param name="Done">Every row asked for has been added.</param>
/// <param name="LastFailures">Newest first.</param>
public sealed record SandboxSummary(
    long Generated,
    bool Done,
    IReadOnlyList<EventCounts> Events,
    IReadOnlyList<FailedRow> LastFailures,
    int LlmCalls,
    int StudyMaterialsSaved);
