using Hobom.Slices.Broker.Letters;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Kafka;
using Hobom.Slices.Runtime.Telemetry;
using Hobom.Slices.Streams;

namespace Hobom.Slices.Host;

/// <summary>What the log says at the start: what runs, what is off and why, and what Kafka lacks.</summary>
sealed class StartupReport(Settings settings, IReadOnlyList<Slice> slices, ILogger log)
{
    /// <param name="ask">Asks Kafka for topics by name.</param>
    public async Task TellAsync(ICollection<string> addresses, Func<IReadOnlyCollection<string>, Task<KafkaProbeResult>> ask)
    {
        TellOfApi(addresses);
        TellOfSlices();
        TellOfKafka(await ask([.. slices.Select(s => s.Route.Topic).Where(t => t.Length > 0).Distinct()]));
    }

    void TellOfApi(ICollection<string> addresses)
    {
        log.LogInformation(
            LogEvents.Named("process.listening"),
            "listening at {Addresses}; API under {Base}, its description at /swagger", string.Join(", ", addresses), HttpApi.BasePath);
        if (settings.Access.Warning is { } warning) log.LogWarning(LogEvents.Named("process.access-warning"), "{Warning}", warning);
    }

    void TellOfSlices()
    {
        if (settings.Streams is not null) log.LogInformation(LogEvents.Named("flow.on"),
            "streams: routes the entries of events:… at {Redis}", settings.Redis);
        settings.Broker.Iter(broker => log.LogInformation(
            LogEvents.Named("flow.on"), "{Slice}: handles the events of its store, {Provider}", BrokerFlow.Name, broker.Provider));
        foreach (var slice in slices.Where(s => s.Name is not (StreamsSlice.Name or BrokerFlow.Name)))
            log.LogInformation(
                LogEvents.Named("flow.on"),
                "{Slice}: polls {EventType} at {Backend} for {Target}", slice.Name, slice.Route.EventType, slice.Backend,
                slice.Route.Topic.Length > 0 ? $"topic {slice.Route.Topic}" : $"the LLM at {settings.Llm}");
        if (settings.Space is null) log.LogInformation(LogEvents.Named("flow.off"),
            "space and space-logs: off, HOBOM_SPACE_GRPC_ADDR is not set");
        if (settings.Streams is null) log.LogInformation(LogEvents.Named("flow.off"),
            "streams: off, {Variable} is not true", RouterVariables.Enabled);
        if (settings.Llm is null) log.LogInformation(LogEvents.Named("flow.off"), "law: off, HOBOM_LLM_GRPC_ADDR is not set");
    }

    /// <summary>What is missing is told at the start: each event would tell it by failing.</summary>
    void TellOfKafka(KafkaProbeResult result)
    {
        if (result is KafkaProbeResult.Unreachable(var reason))
            log.LogWarning(LogEvents.Named("kafka.unreachable-at-start"),
                "Kafka does not answer: {Reason}; rows stay PENDING until it does", reason);
        if (result is KafkaProbeResult.Answered { Missing.Count: > 0 } answered)
            log.LogWarning(
                LogEvents.Named("kafka.topics-missing"),
                "Kafka has no topic {Topics} yet; where topics are not made on first use, their events stay PENDING until somebody "
                + "makes them",
                string.Join(", ", answered.Missing));
    }
}
