namespace Hobom.Slices.Tests.Fast.Simulation;

/// <summary>What becomes of a call.</summary>
enum Fate
{
    Done,
    NotDone,

    /// <summary>Applied, but the caller hears of a failure.</summary>
    DoneUnanswered,
}

enum PublishFate
{
    Written,
    Transient,
    Unreachable,
    Permanent,

    /// <summary>Refused for what the topic, the account or the clock is: any other record would be too.</summary>
    TopicRefuses,

    /// <summary>In parts it may go.</summary>
    TooLarge,

    /// <summary>The broker may have it, and its end is the cluster's fault.</summary>
    UnknownInOutage,
    UnknownWritten,
    UnknownNotWritten,

    /// <summary>Reaches the topic some time after the caller was told that nobody knows.</summary>
    UnknownWrittenLate,
    Stopping,
}

/// <summary>Decides how calls end.</summary>
sealed class Weather(Random chance)
{
    static readonly PublishFate[] Failures =
    [
        PublishFate.Transient, PublishFate.Unreachable, PublishFate.Permanent, PublishFate.UnknownWritten,
        PublishFate.UnknownNotWritten, PublishFate.UnknownWrittenLate, PublishFate.Stopping, PublishFate.TopicRefuses, PublishFate.TooLarge,
        PublishFate.UnknownInOutage,
    ];

    public double FaultShare { get; set; }

    public bool LateWrites { get; set; }

    /// <summary>How the next publishes end, before chance has its say again.</summary>
    public Queue<PublishFate> NextPublishes { get; } = [];

    public bool RedisDown { get; set; }

    public bool OutboxDown { get; set; }

    /// <summary>The backend answers finds and fails marks.</summary>
    public bool MarksDown { get; set; }

    public bool BrokerDown { get; set; }

    /// <summary>The topic is gone, or the right to write to it; Kafka answers all the same.</summary>
    public bool TopicDown { get; set; }

    public Fate Redis() => RedisDown ? Fate.NotDone : Any();

    public Fate Outbox() => OutboxDown ? Fate.NotDone : Any();

    public Fate Mark() => MarksDown ? Fate.NotDone : Outbox();

    public bool LookUpFails() => BrokerDown || chance.NextDouble() < FaultShare;

    public PublishFate Publish()
    {
        if (NextPublishes.TryDequeue(out var next)) return next;
        if (BrokerDown) return PublishFate.Unreachable;
        if (TopicDown) return PublishFate.TopicRefuses;
        if (chance.NextDouble() >= FaultShare) return PublishFate.Written;
        var fate = Failures[chance.Next(Failures.Length)];
        return fate is PublishFate.UnknownWrittenLate && !LateWrites ? PublishFate.UnknownWritten : fate;
    }

    /// <summary>Fair, or bad by so much, or a neighbour away for the whole visit.</summary>
    public void Change(double badShare)
    {
        FaultShare = chance.Next(3) == 0 ? 0 : badShare;
        RedisDown = OutboxDown = MarksDown = BrokerDown = TopicDown = false;
        if (badShare == 0) return;
        RedisDown = chance.Next(12) == 0;
        OutboxDown = chance.Next(8) == 0;
        MarksDown = chance.Next(8) == 0;
        BrokerDown = chance.Next(6) == 0;
        TopicDown = chance.Next(6) == 0;
    }

    public void Clear() => (FaultShare, RedisDown, OutboxDown, MarksDown, BrokerDown, TopicDown) = (0, false, false, false, false, false);

    Fate Any() =>
        chance.NextDouble() >= FaultShare ? Fate.Done
        : chance.Next(2) == 0 ? Fate.NotDone
        : Fate.DoneUnanswered;
}
