using System.Text.Json;
using LanguageExt;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>
/// Bodies whose members are known beforehand. A member that a caller may write as null is nullable in the body's type, and so is each
/// element of its lists: nothing in JSON keeps a caller from writing null.
/// </summary>
static class JsonBody
{
    static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <param name="what">With its article.</param>
    public static async Task<Either<BodyFault, TBody>> ReadAsync<TBody>(Stream body, string what, CancellationToken ct)
        where TBody : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<TBody>(body, Json, ct) is { } read
                ? read
                : new BodyFault($"{what} is a JSON object", null);
        }
        catch (JsonException notJson)
        {
            return new BodyFault(notJson.Message, notJson.Path);
        }
    }
}
