namespace Hobom.Slices.Broker;

public enum ConsumerKind
{
    /// <summary>C# in a process that has it: others leave its events to that one.</summary>
    Handler,

    Webhook,

    Kafka,
}

/// <summary>Whether a consumer's handlings are given out.</summary>
public abstract record ConsumerState
{
    ConsumerState()
    {
    }

    /// <summary>What tries come to may change it. An operator's pause, and off, stay until an operator ends them.</summary>
    public bool YieldsToTries => this is Active or Paused { ProbeAt: not null };

    public sealed record Active : ConsumerState;

    /// <param name="ProbeAt">When one event is tried again; null: only an operator resumes it.</param>
    public sealed record Paused(string Reason, DateTimeOffset? ProbeAt) : ConsumerState;

    /// <summary>Switched off by its receiver (410) or by an operator; events still wait for it.</summary>
    public sealed record Off(string Reason) : ConsumerState;
}

/// <summary>Who wants which events, and how they are given to it.</summary>
/// <param name="Priority">Higher ones are served first; the default is 0.</param>
/// <param name="Retry">None: the outbox settings decide.</param>
/// <param name="Concurrency">Tries at a time, in one process.</param>
/// <param name="Timeout">The longest that one try may take.</param>
/// <param name="OrderedByKey">One event of a key at a time, in order, and none behind a dead one.</param>
public sealed record Consumer(
    string Name,
    ConsumerKind Kind,
    EventPattern Pattern,
    int Priority,
    ConsumerRetry? Retry,
    int Concurrency,
    TimeSpan Timeout,
    bool OrderedByKey,
    ConsumerState State)
{
    /// <summary>Where a webhook's or a topic's events go; null for a handler.</summary>
    public ConsumerTarget? Target { get; init; }

    /// <summary>The version of the payloads' schemas that it reads: older ones are brought up to it, newer ones wait. Null: any.</summary>
    public int? SchemaVersion { get; init; }

    /// <summary>Whether it may take the place of one of its name: nobody takes over a handler's events, and no handler others'.</summary>
    public bool MayReplace(Consumer known) => (Kind is ConsumerKind.Handler) == (known.Kind is ConsumerKind.Handler);

    /// <summary>The consumers that an event of this type is for, in the order in which they are served.</summary>
    public static IReadOnlyList<Consumer> For(IEnumerable<Consumer> all, string eventType) =>
        [.. all.Where(c => c.Pattern.Matches(eventType)).OrderByDescending(c => c.Priority)];
}

public abstract record ConsumerTarget
{
    ConsumerTarget()
    {
    }

    /// <summary>Where to, without what may be a secret: at many receivers the path of a webhook's address is one.</summary>
    public string Whereabouts => this switch
    {
        Webhook webhook => webhook.Address.GetLeftPart(UriPartial.Authority),
        Topic topic => topic.Name,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Whether events go where the other one's go, in whatever form and signed with whatever.</summary>
    public bool IsSamePlaceAs(ConsumerTarget? other) => (this, other) switch
    {
        (Webhook one, Webhook before) => one.Address.AbsoluteUri == before.Address.AbsoluteUri,
        (Topic one, Topic before) => one.Name == before.Name,
        _ => false,
    };

    /// <param name="Secrets">Of Standard Webhooks (<c>whsec_…</c>), the newest first; an event is signed with each.</param>
    public sealed record Webhook(Uri Address, IReadOnlyList<string> Secrets, CloudEventForm Form) : ConsumerTarget;

    public sealed record Topic(string Name, CloudEventForm Form) : ConsumerTarget;
}
