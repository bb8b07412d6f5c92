using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>How many bytes a topic takes in one batch, as Kafka says itself; what it said is believed for a while.</summary>
sealed class KafkaTopicLimits(KafkaAdmin kafka, TimeProvider clock)
{
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    const string Setting = "max.message.bytes";

    static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(2);

    readonly ConcurrentDictionary<string, Answer> answers = new(StringComparer.Ordinal);

    /// <summary>Null where Kafka does not answer, or does not let this account know (it wants DescribeConfigs on the topic).</summary>
    public Task<int?> OfAsync(string topic) =>
        answers.TryGetValue(topic, out var known) && clock.GetElapsedTime(known.AskedAt) < Memory ? known.Limit : AskAgain(topic, known);

    /// <summary>Asks anew, because the topic has refused what should have fitted. Those who ask meanwhile get the same answer.</summary>
    public Task<int?> AfterRefusalAsync(string topic) =>
        answers.TryGetValue(topic, out var known) && !known.Limit.IsCompleted ? known.Limit : AskAgain(topic, known);

    Task<int?> AskAgain(string topic, Answer? old)
    {
        var asked = new Answer(new Lazy<Task<int?>>(() => AskAsync(topic)), clock.GetTimestamp());
        var won = old is null ? answers.GetOrAdd(topic, asked)
            : answers.TryUpdate(topic, asked, old) ? asked
            : answers[topic];
        return won.Limit;
    }

    async Task<int?> AskAsync(string topic)
    {
        try
        {
            var found = await kafka.AskAsync(client => client.DescribeConfigsAsync(
                [new ConfigResource { Type = ResourceType.Topic, Name = topic }],
                new DescribeConfigsOptions { RequestTimeout = AskLimit }));
            return found[0].Entries.TryGetValue(Setting, out var entry)
                && int.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    sealed class Answer(Lazy<Task<int?>> asking, long askedAt)
    {
        public Task<int?> Limit => asking.Value;

        public long AskedAt => askedAt;
    }
}
