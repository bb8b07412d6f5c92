using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hobom.Slices.Tests.Fast.Host;

/// <summary>What the API says of itself at /swagger.</summary>
[Collection(nameof(HostApp))]
public sealed class DescriptionTests(HostApp app)
{
    [Fact]
    public void No_two_types_share_a_name_there() => Assert.Equal(
        [],
        app.Services.GetRequiredService<EndpointDataSource>().Endpoints.SelectMany(TypesOf).Distinct()
            .GroupBy(t => t.Name, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key));

    [Fact]
    public async Task Every_answer_with_a_body_has_an_example()
    {
        var bare = new List<string>();
        foreach (var (operation, status, answer) in await AnswersAsync())
            if (answer.TryGetProperty("content", out var content) && !content.EnumerateObject().All(c => c.Value.TryGetProperty("example", out _)))
                bare.Add($"{operation}: {status}");
        Assert.Equal([], bare);
    }

    [Fact]
    public async Task No_endpoint_promises_an_answer_without_body() =>
        Assert.DoesNotContain(await AnswersAsync(), a => a.Status == "204");

    static IEnumerable<Type> TypesOf(Endpoint endpoint) =>
        endpoint.Metadata.OfType<IProducesResponseTypeMetadata>().Select(m => m.Type)
            .Concat(endpoint.Metadata.OfType<IAcceptsMetadata>().Select(m => m.RequestType))
            .OfType<Type>().Where(t => t != typeof(void));

    async Task<IReadOnlyList<(string Operation, string Status, JsonElement Answer)>> AnswersAsync()
    {
        using var description = JsonDocument.Parse(await app.Client.GetStringAsync("/swagger/v1/swagger.json"));
        return
        [
            .. from path in description.RootElement.GetProperty("paths").EnumerateObject()
               where !path.Name.Contains("/probe/", StringComparison.Ordinal)
               from operation in path.Value.EnumerateObject()
               from answer in operation.Value.GetProperty("responses").EnumerateObject()
               select ($"{operation.Name} {path.Name}", answer.Name, answer.Value.Clone()),
        ];
    }
}
