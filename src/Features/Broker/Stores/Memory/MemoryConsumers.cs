using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Memory;

sealed class MemoryConsumers(MemoryTables tables, Lock gate, Signals signal)
{
    public ConsumerRegister AsRegister() => new(
        _ => Task.FromResult(Either<StoreFailure, IReadOnlyList<Consumer>>.Right(All())),
        (consumer, _) => Change(() => MayBe(consumer) && Save(consumer)),
        (name, state, _) => Change(() => SetState(name, state)),
        (name, state, _) => Change(() => YieldsToTries(name) && SetState(name, state)),
        (name, now, _) => Change(() => Remove(name, now)));

    Consumer[] All()
    {
        lock (gate) return [.. tables.Consumers.Values.OrderBy(c => c.Name, StringComparer.Ordinal)];
    }

    /// <summary>Whatever is there, as where it was decided before.</summary>
    public Task<Either<StoreFailure, bool>> PutAsync(Consumer consumer) => Change(() => Save(consumer));

    bool MayBe(Consumer consumer) => !tables.Consumers.TryGetValue(consumer.Name, out var known) || consumer.MayReplace(known);

    bool Save(Consumer consumer)
    {
        var state = tables.Consumers.TryGetValue(consumer.Name, out var known) ? known.State : consumer.State;
        tables.Consumers[consumer.Name] = consumer with { State = state };
        foreach (var row in tables.Rows.Where(r => r.ExpiredAt is null && consumer.Pattern.Matches(r.Event.Type)))
            row.NoConsumerSince = null;
        return true;
    }

    bool YieldsToTries(string name) => tables.Consumers.GetValueOrDefault(name) is { State.YieldsToTries: true };

    bool SetState(string name, ConsumerState state)
    {
        if (!tables.Consumers.TryGetValue(name, out var known)) return false;
        tables.Consumers[name] = known with { State = state };
        return true;
    }

    bool Remove(string name, DateTimeOffset now)
    {
        var open = tables.Rows.SelectMany(r => r.Handlings).Where(h => h.Consumer == name && h.State.IsOpen).ToArray();
        foreach (var handling in open) tables.Set(handling with { State = new HandlingState.Skipped(now) });
        return tables.Consumers.Remove(name);
    }

    Task<Either<StoreFailure, T>> Change<T>(Func<T> work)
    {
        T answer;
        lock (gate) answer = work();
        signal.Set();
        return Task.FromResult(Either<StoreFailure, T>.Right(answer));
    }
}
