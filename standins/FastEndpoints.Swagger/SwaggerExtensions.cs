using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using NSwag.Generation.AspNetCore;

namespace FastEndpoints.Swagger;

public static class SwaggerExtensions
{
    public static IServiceCollection SwaggerDocument(this IServiceCollection services, Action<DocumentOptions>? options = null)
    {
        var document = new DocumentOptions();
        options?.Invoke(document);
        var settings = new AspNetCoreOpenApiDocumentGeneratorSettings();
        if (document.EnableJWTBearerAuth)
            settings.AddAuth("JWTBearerAuth", new()
            {
                Type = NSwag.OpenApiSecuritySchemeType.Http,
                Scheme = "Bearer",
                BearerFormat = "JWT",
            });
        document.DocumentSettings?.Invoke(settings);

        return services
            .AddSingleton(settings)
            .AddOpenApi(settings.DocumentName, openApi => new DocumentGeneration(document, settings).Configure(openApi));
    }

    /// <summary>Serves the documents at /swagger/{name}/swagger.json and a page over them at /swagger. To follow UseFastEndpoints.</summary>
    public static IApplicationBuilder UseSwaggerGen(this IApplicationBuilder app)
    {
        var names = app.ApplicationServices.GetServices<AspNetCoreOpenApiDocumentGeneratorSettings>()
            .Select(s => s.DocumentName).ToArray();
        foreach (var name in names)
            app.Map($"/swagger/{name}/swagger.json", branch => branch.Run(context => WriteAsync(context, name)));
        return app.UseSwaggerUI(ui =>
        {
            ui.RoutePrefix = "swagger";
            foreach (var name in names)
                ui.SwaggerEndpoint($"/swagger/{name}/swagger.json", name);
        });
    }

    // A branch of the pipeline, not an endpoint: so it is with the package.
    static async Task WriteAsync(HttpContext context, string name)
    {
        var provider = context.RequestServices.GetRequiredKeyedService<IOpenApiDocumentProvider>(name.ToLowerInvariant());
        var document = await provider.GetOpenApiDocumentAsync(context.RequestAborted);
        context.Response.ContentType = MediaTypeNames.Application.Json;
        await context.Response.WriteAsync(
            await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_0, context.RequestAborted), context.RequestAborted);
    }
}
