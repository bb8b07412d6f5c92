using System.Text.Json;
using System.Text.Json.Serialization;
using LanguageExt;

namespace Hobom.Slices.Http.Masking;

/// <summary>Why somebody wants to see what is masked.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class UnmaskRequest
{
    public string? Reason { get; set; }

    /// <summary>Of a route that reads its body itself.</summary>
    public static async Task<Either<ErrorAnswer, string>> ReadReasonAsync(Stream body, CancellationToken ct)
    {
        try
        {
            return (await JsonSerializer.DeserializeAsync<UnmaskRequest>(body, JsonSerializerOptions.Web, ct) ?? new UnmaskRequest())
                .CheckReason();
        }
        catch (JsonException notJson)
        {
            return new ErrorAnswer($"the body is no JSON: {notJson.Message}");
        }
    }

    /// <summary>The reason, without blanks around it.</summary>
    public Either<ErrorAnswer, string> CheckReason() => ReasonText.FaultOf(Reason) is { } fault ? fault : Reason!.Trim();
}
