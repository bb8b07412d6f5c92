using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hobom.Slices.Runtime.Leases;

/// <summary>Who has a flow, as Redis keeps it. A contract with other builds, which run beside this one while it is rolled out.</summary>
/// <param name="Token">New each time that the flow is taken: what was begun before is told apart from what is begun now.</param>
public sealed record LeaseHolder(int V, ProcessIdentity Process, string Token, DateTimeOffset Since)
{
    const int CurrentVersion = 1;

    public static LeaseHolder New(ProcessIdentity process, DateTimeOffset now) =>
        new(CurrentVersion, process, Guid.NewGuid().ToString("N"), now);

    public string Format() => JsonSerializer.Serialize(this, LeaseJson.Default.LeaseHolder);

    /// <returns>Null where the text is of another version, or no holder at all.</returns>
    public static LeaseHolder? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, LeaseJson.Default.LeaseHolder) is { V: CurrentVersion } holder ? holder : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>For people.</summary>
    public string Name => $"{Process.Host}, process {Process.Pid}";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LeaseHolder))]
sealed partial class LeaseJson : JsonSerializerContext;
