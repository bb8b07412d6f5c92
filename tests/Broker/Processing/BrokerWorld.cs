using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Memory;
using Hobom.Slices.Tests.Fast;
using Hobom.Slices.Tests.Fast.Simulation;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Processing;

/// <summary>
/// One store that outlives every process, what the consumers' outside world saw, and the processes that live and die.
/// Every call to the store is answered, or not applied, or applied without an answer, by chance.
/// </summary>
sealed class BrokerWorld
{
    public const string Effects = "effects";

    public const string Receiver = "receiver";

    readonly Random chance;
    readonly List<BrokerProcess> processes = [];
    int started;

    public BrokerWorld(int seed)
    {
        chance = new Random(seed);
        Turns = new Turns(chance, Clock) { ImmediateShare = 0.3 };
        Store = MemoryStore.Open(10_000, Clock);
        var many = ConsumerRetry.Contract with { MaxRetries = 1000 };
        Save(Consumer(Effects, ordered: true) with { Retry = many, Concurrency = 3 });
        Save(Consumer(Receiver, ordered: true) with { Retry = many, Concurrency = 3, Kind = ConsumerKind.Webhook });
    }

    public FakeClock Clock { get; } = new();

    public Turns Turns { get; }

    public BrokerStore Store { get; }

    public double FaultShare { get; set; }

    /// <summary>What handlers wrote through the transaction, in the order of its commits.</summary>
    public List<string> Written { get; } = [];

    /// <summary>What the receiver took, in the order of its arrival.</summary>
    public List<string> Received { get; } = [];

    /// <summary>Those of the received that did not say that they may be repeats.</summary>
    public List<string> ReceivedAsFirst { get; } = [];

    /// <summary>Repeats that something can be blamed for: a process that died or lost its lease, an answer that did not come.</summary>
    public int Excuses { get; set; }

    public List<string> Appended { get; } = [];

    public bool Chance(double share) => chance.NextDouble() < share;

    public int Below(int limit) => chance.Next(limit);

    public void Start() => Turns.RunAtMost(1, () =>
    {
        var process = new BrokerProcess(this, $"p{started++}");
        processes.Add(process);
        process.Start();
        return new TaskCompletionSource<int>().Task;
    });

    public void KillOne()
    {
        if (processes.Count == 0) return;
        var victim = processes[chance.Next(processes.Count)];
        victim.Kill();
        Excuses++;
        processes.Remove(victim);
    }

    public void StopOne()
    {
        if (processes.Count == 0) return;
        var leaving = processes[chance.Next(processes.Count)];
        leaving.Stop();
        processes.Remove(leaving);
    }

    /// <summary>Some process is there always: without one nothing happens.</summary>
    public void Go(int turns)
    {
        if (processes.Count == 0) Start();
        Turns.RunAtMost(turns, () => new TaskCompletionSource<int>().Task);
    }

    public void Receive(Claimed claimed)
    {
        Received.Add(claimed.Event.Id);
        if (!claimed.MayHaveArrived) ReceivedAsFirst.Add(claimed.Event.Id);
    }

    /// <summary>As an operator replays letters.</summary>
    public void ReplayDead()
    {
        foreach (var dead in Now(Store.Dead.List(new DeadFilter(), 1000, default)))
            Now(Store.Dead.Revive(dead.Handling.Id, default, Clock.GetUtcNow(), default));
    }

    public void Append(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var id = $"e{Appended.Count}";
            Appended.Add(id);
            Now(Store.Append([Event(id, key: KeyOf(Appended.Count - 1)) with { CreatedAt = Clock.GetUtcNow() }], default));
        }
    }

    public static string KeyOf(int number) => $"k{number % 3}";

    public StoreCounts Counts() => Now(Store.Read.Count(default));

    /// <summary>A call's fate: applied and answered, not applied, applied and not answered.</summary>
    public (bool Applied, bool Answered) Fate() =>
        !Chance(FaultShare) ? (true, true) : Chance(0.5) ? (false, false) : (true, false);

    void Save(Consumer consumer) => Now(Store.Consumers.Save(consumer, default));

    static T Now<TLeft, T>(Task<Either<TLeft, T>> call) => call.GetAwaiter().GetResult().Right();
}
