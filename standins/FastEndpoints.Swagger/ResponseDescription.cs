using System.Globalization;
using System.Text.Json;
using Microsoft.OpenApi;

namespace FastEndpoints.Swagger;

/// <summary>Texts and examples of a summary, written into the responses that metadata declared.</summary>
static class ResponseDescription
{
    public static void Write(OpenApiOperation operation, EndpointDefinition definition)
    {
        if (definition.EndpointSummary is not { } summary)
            return;
        foreach (var (status, text) in summary.Responses)
            if (Find(operation, status) is { } response)
                response.Description = text;

        foreach (var (status, example) in summary.ResponseExamples)
            foreach (var media in Find(operation, status)?.Content?.Values.AsEnumerable() ?? [])
                media.Example = JsonSerializer.SerializeToNode(example, definition.Settings.Serializer.Options);
    }

    static OpenApiResponse? Find(OpenApiOperation operation, int status) =>
        operation.Responses?.GetValueOrDefault(status.ToString(CultureInfo.InvariantCulture)) as OpenApiResponse;
}
