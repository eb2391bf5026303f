using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Docs;

/// <summary>Descriptions of the API for people and programs.</summary>
internal static class DocsEndpoints
{
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    public static void MapDocs(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", () => Page(Pages.Landing));
        routes.MapGet("/api/openapi.json", GetJsonAsync);
        routes.MapGet("/api/openapi.yaml", GetYamlAsync);
        routes.MapGet("/api/docs/errors", () => Page(Pages.Errors));
        routes.MapGet("/api/docs/errors/{code}", GetError);
    }

    /// <summary>Swagger UI and ReDoc from their packages' own files; nothing is loaded from elsewhere.</summary>
    public static void UseDocsPages(this WebApplication app) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments("/api/docs", StringComparison.Ordinal) || context.Request.Path.StartsWithSegments("/api/redoc", StringComparison.Ordinal),
        docs =>
        {
            docs.Use((context, next) =>
            {
                context.Response.Headers.ContentSecurityPolicy = PagePolicy;
                return next(context);
            });
            docs.UseSwaggerUI(options =>
            {
                options.RoutePrefix = "api/docs";
                options.DocumentTitle = "Platform API";
                options.SwaggerEndpoint("/api/openapi.json?version=v2", "v2");
                options.SwaggerEndpoint("/api/openapi.json?version=v1", "v1");
                options.EnablePersistAuthorization();
                options.OAuthClientId("platform-docs");
                options.OAuthUsePkce();
                options.OAuthScopes("openid");
                options.DisplayRequestDuration();
            });
            docs.UseReDoc(options =>
            {
                options.RoutePrefix = "api/redoc";
                options.DocumentTitle = "Platform API";
                options.SpecUrl = "/api/openapi.json";
                options.IndexStream = static () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Pages.ReDoc));
            });
        });

    private static async Task<Results<ContentHttpResult, FaultResult>> GetJsonAsync(string? version, OpenApiDocuments documents, CancellationToken ct) =>
        version is not (null or "v1" or "v2")
            ? Faults.Invalid("version", "must be v1 or v2")
            : TypedResults.Text((await documents.GetAsync(version, ct)).Json, "application/json; charset=utf-8");

    private static async Task<Results<ContentHttpResult, FaultResult>> GetYamlAsync(string? version, OpenApiDocuments documents, CancellationToken ct) =>
        version is not (null or "v1" or "v2")
            ? Faults.Invalid("version", "must be v1 or v2")
            : TypedResults.Text((await documents.GetAsync(version, ct)).Yaml, "application/yaml; charset=utf-8");

    private static Results<HtmlResult, FaultResult> GetError(string code) =>
        ErrorCodes.Statuses.ContainsKey(code) ? Page(Pages.Error(code)) : Faults.NotFound("error code");

    private static HtmlResult Page(string html) => new(html);

    /// <summary>A page, with the policy that lets it show itself.</summary>
    internal sealed class HtmlResult(string html) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.ContentSecurityPolicy = PagePolicy;
            httpContext.Response.ContentType = "text/html; charset=utf-8";
            return httpContext.Response.WriteAsync(html, httpContext.RequestAborted);
        }
    }
}
