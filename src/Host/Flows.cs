using Hobom.Slices.Law;
using Hobom.Slices.Logs;
using Hobom.Slices.Messages;
using Hobom.Slices.Runtime;
using Hobom.Slices.Space;

namespace Hobom.Slices.Host;

/// <summary>The flows, a line each.</summary>
static class Flows
{
    /// <summary>Those whose backends are set.</summary>
    public static Slice[] Build(FlowDependencies tools, Connections to, Settings settings) =>
    [
        MessagesSlice.Build(tools, to.Main),
        LogsSlice.Build(tools, to.Main),
        .. to.Space.Map(space => SpaceSlice.Build(tools, space)).AsEnumerable(),
        .. to.Space.Map(space => SpaceLogsSlice.Build(tools, space)).AsEnumerable(),
        .. to.Llm.Map(llm => LawSlice.Build(tools, to.Main, llm, to.Kept, settings.LlmTimeout)).AsEnumerable(),
    ];
}
