using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace FastEndpoints;

public static class RouteHandlerBuilderExtensions
{
    /// <summary>In place of the default: any content type, or none.</summary>
    public static RouteHandlerBuilder Accepts<TRequest>(this RouteHandlerBuilder hb) where TRequest : notnull =>
        hb.ClearDefaultAccepts().WithMetadata(new AcceptsMetadata(["*/*"], typeof(TRequest)));

    public static RouteHandlerBuilder ClearDefaultAccepts(this RouteHandlerBuilder hb) =>
        hb.Without(metadata => metadata is IAcceptsMetadata);

    /// <summary>Forgets the default responses of these status codes, or of all when none is given.</summary>
    public static RouteHandlerBuilder ClearDefaultProduces(this RouteHandlerBuilder hb, params int[] statusCodes) =>
        hb.Without(metadata => metadata is IProducesResponseTypeMetadata produced
            && (statusCodes.Length == 0 || statusCodes.Contains(produced.StatusCode)));

    public static RouteHandlerBuilder ProducesProblemFE(
        this RouteHandlerBuilder hb, int statusCode = 400, string contentType = "application/problem+json") =>
        hb.ProducesProblemFE<ErrorResponse>(statusCode, contentType);

    public static RouteHandlerBuilder ProducesProblemFE<TResponse>(
        this RouteHandlerBuilder hb, int statusCode = 500, string contentType = "application/problem+json") =>
        hb.Produces<TResponse>(statusCode, contentType);

    static RouteHandlerBuilder Without(this RouteHandlerBuilder hb, Func<object, bool> isUnwanted)
    {
        hb.Add(endpoint =>
        {
            foreach (var unwanted in endpoint.Metadata.Where(isUnwanted).ToArray())
                endpoint.Metadata.Remove(unwanted);
        });
        return hb;
    }
}
