using Hobom.Slices.Host.Verify;
using Hobom.Slices.Law;
using Hobom.Slices.Logs;
using Hobom.Slices.Messages;
using Hobom.Slices.Runtime;
using Hobom.Slices.Space;

namespace Hobom.Slices.Host;

/// <summary>The flows, a line each.</summary>
static class Flows
{
    /// <summary>Those that end in Kafka and whose backends are set.</summary>
    public static IReadOnlyList<VerifiedFlow> ToKafka(Settings settings) =>
    [
        new(MessagesSlice.Name, MessageDecisions.Route),
        new(LogsSlice.Name, LogFlow.Main.Route),
        .. settings.Space is null ? (VerifiedFlow[])[] :
        [
            new(SpaceSlice.Name, SpaceDecisions.Route),
            new(SpaceLogsSlice.Name, LogFlow.Space.Route),
        ],
    ];

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
