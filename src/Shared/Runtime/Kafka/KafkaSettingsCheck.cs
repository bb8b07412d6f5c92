using Confluent.Kafka;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>Asks the client itself whether it takes the settings, without connecting anywhere.</summary>
public static class KafkaSettingsCheck
{
    /// <summary>All problems at once, each with its variable and without its value; none where a producer can be built.</summary>
    public static IReadOnlyList<KafkaSettingProblem> Problems(KafkaSettings settings)
    {
        var alone = settings.Extra.OrderBy(e => e.Key, StringComparer.Ordinal)
            .SelectMany(extra => ProblemOf(settings, extra.Key, extra.Value)).ToList();
        if (alone.Count > 0) return alone;
        return Refusal(settings) is { } refusal ? [Together(refusal.Message, settings.Extra)] : [];
    }

    /// <summary>A value may need others beside it; here it only counts whether the client could read this one.</summary>
    static IEnumerable<KafkaSettingProblem> ProblemOf(KafkaSettings settings, string property, string value)
    {
        var refusal = Refusal(settings with { Extra = new Dictionary<string, string> { [property] = value } });
        if (refusal is ArgumentException)
            yield return new(KafkaVariables.NameOf(property), $"Kafka's client does not take this value for '{property}'");
        else if (refusal?.Message.StartsWith("No such configuration property", StringComparison.Ordinal) == true)
            yield return new(KafkaVariables.NameOf(property), $"Kafka's client has no property '{property}'");
    }

    static Exception? Refusal(KafkaSettings settings)
    {
        var properties = KafkaClientProperties.ForProducer(settings);
        properties.Remove("bootstrap.servers");
        // It is never asked for anything, and its own thread would hold up the end of it for a tenth of a second.
        properties["dotnet.producer.enable.background.poll"] = "false";
        try
        {
            new ProducerBuilder<byte[], byte[]>(properties).SetLogHandler((_, _) => { }).Build().Dispose();
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or KafkaException)
        {
            return e;
        }
    }

    static KafkaSettingProblem Together(string refusal, IReadOnlyDictionary<string, string> extra)
    {
        var named = extra.Keys.Where(p => refusal.Contains(p, StringComparison.Ordinal)).ToList();
        var variables = (named.Count > 0 ? named : extra.Keys).Order(StringComparer.Ordinal).Select(KafkaVariables.NameOf);
        var message = extra.Values.Where(v => v.Length > 2)
            .Aggregate(refusal, (text, value) => text.Replace(value, "…", StringComparison.Ordinal));
        return new KafkaSettingProblem(
            string.Join(", ", variables), $"Kafka's client does not take these settings: {message.ReplaceLineEndings(" ").Trim()}");
    }
}
