using Confluent.Kafka;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>Asks the brokers about topics and settings, over one connection that all who ask share; made at the first question.</summary>
public sealed class KafkaAdmin : IDisposable
{
    readonly Lock gate = new();
    // A client for questions is a producer underneath, with two loops that look for events ten times a second each, and only one
    // of them can be told to look less often. So the producer stays, and what asks lives as long as its question.
    readonly Lazy<IProducer<Null, Null>> client;
    int underWay;
    bool closed;

    public KafkaAdmin(KafkaSettings settings) => client = new Lazy<IProducer<Null, Null>>(() =>
        new ProducerBuilder<Null, Null>(KafkaClientProperties.ForAdmin(settings)).SetLogHandler((_, _) => { }).Build());

    /// <summary>Asks on a thread of its own, which may block. What the question throws, the task throws.</summary>
    /// <exception cref="ObjectDisposedException">By the task, after the end.</exception>
    public Task<T> AskAsync<T>(Func<IAdminClient, Task<T>> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Task.Factory.StartNew(
            () => Answer(question, answer), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return answer.Task;
    }

    /// <summary>Never waits for an answer: who is asked just now closes the client when it has answered, if the process lives.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (closed) return;
            closed = true;
            if (underWay > 0) return;
        }

        Close();
    }

    void Answer<T>(Func<IAdminClient, Task<T>> question, TaskCompletionSource<T> answer)
    {
        try
        {
            Enter();
        }
        catch (ObjectDisposedException e)
        {
            answer.TrySetException(e);
            return;
        }

        try
        {
            using var admin = new DependentAdminClientBuilder(client.Value.Handle).Build();
            // Before the client for this question ends, which takes a moment.
            answer.TrySetResult(question(admin).GetAwaiter().GetResult());
        }
        catch (Exception e)
        {
            answer.TrySetException(e);
        }
        finally
        {
            Leave();
        }
    }

    void Enter()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            underWay++;
        }
    }

    void Leave()
    {
        lock (gate)
        {
            if (--underWay > 0 || !closed) return;
        }

        Close();
    }

    void Close()
    {
        if (client.IsValueCreated) client.Value.Dispose();
    }
}
