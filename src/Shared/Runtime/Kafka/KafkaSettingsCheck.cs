using Confluent.Kafka;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>Asks the client itself whether it takes the settings, without connecting anywhere.</summary>
public static class KafkaSettingsCheck
{
    /// <summary>All problems at once, each with its variable; none where a producer can be built.</summary>
    public static IReadOnlyList<KafkaSettingProblem> Problems(KafkaSettings settings)
    {
        if (KafkaNative.Fault is { } missing) return [new KafkaSettingProblem("librdkafka", missing)];
        var problems = new List<KafkaSettingProblem>();
        var remaining = new Dictionary<string, string>(settings.Extra, StringComparer.Ordinal);
        // The client names one refused property at a time: leave that one out and ask again.
        while (Refusal(settings with { Extra = remaining }) is { } refusal)
        {
            var property = remaining.Keys.Where(p => Names(refusal, p)).MaxBy(p => p.Length);
            if (property is null)
            {
                problems.Add(Together(refusal, remaining));
                break;
            }

            problems.Add(Alone(refusal, property));
            remaining.Remove(property);
        }

        return problems;
    }

    static string? Refusal(KafkaSettings settings)
    {
        var properties = KafkaClientProperties.ForProducer(settings);
        properties.Remove("bootstrap.servers");
        try
        {
            new ProducerBuilder<byte[], byte[]>(properties).SetLogHandler((_, _) => { }).Build().Dispose();
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or KafkaException)
        {
            return e.Message;
        }
    }

    static bool Names(string refusal, string property) =>
        refusal.Contains($"\"{property}\"", StringComparison.Ordinal)
        || refusal.Contains($"`{property}`", StringComparison.Ordinal)
        || refusal.StartsWith($"{property} ", StringComparison.Ordinal);

    static KafkaSettingProblem Alone(string refusal, string property) =>
        new(KafkaVariables.NameOf(property), refusal.Contains("No such", StringComparison.Ordinal)
            ? $"Kafka's client has no property '{property}'"
            : $"Kafka's client does not take this value for '{property}'");

    static KafkaSettingProblem Together(string refusal, Dictionary<string, string> extra)
    {
        var variables = extra.Keys.Order(StringComparer.Ordinal).Select(KafkaVariables.NameOf);
        var message = extra.Values.Where(v => v.Length > 2)
            .Aggregate(refusal, (text, value) => text.Replace(value, "…", StringComparison.Ordinal));
        return new KafkaSettingProblem(
            string.Join(", ", variables), $"Kafka's client does not take these together: {message.ReplaceLineEndings(" ")}");
    }
}
