using System.Text.Json.Serialization;

namespace Hobom.Slices.Audit;

/// <summary>An entry as it is kept. Null is written down: what is missing was written by something else.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AuditEntry))]
sealed partial class AuditJson : JsonSerializerContext;
