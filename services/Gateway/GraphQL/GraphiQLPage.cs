using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Platform.Gateway.Pipeline;
using Platform.Gateway.Proxy;
using Platform.ServiceDefaults;

namespace Platform.Gateway.GraphQL;

/// <summary>GraphiQL from its package's own files, and the schema's text. Nothing is loaded from elsewhere.</summary>
internal static class GraphiQLPage
{
    public const string Path = "/graphql/ui";

    private const string Folder = "graphiql/";

    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static readonly Assembly Here = Assembly.GetExecutingAssembly();

    public static void MapGraphiQL(this WebApplication app, string sdl)
    {
        var rules = app.Services.GetRequiredService<IOptions<GraphQLOptions>>().Value.ShowPage ? RouteRules.Own : OwnApi.Authenticated;
        app.MapGet("/graphql/schema.graphql", () => TypedResults.Text(sdl, "application/graphql; charset=utf-8")).WithRules(rules);
        app.MapGet(Path, (HttpContext context) => Send(context, "index.html")).WithRules(rules);
        app.MapGet(Path + "/{file}", Send).WithRules(rules);
    }

    private static Results<FileStreamHttpResult, FaultResult> Send(HttpContext context, string file)
    {
        if (Here.GetManifestResourceStream(Folder + file) is not { } content)
        {
            return Faults.NotFound("file");
        }

        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.CacheControl = "no-cache";
        return TypedResults.Stream(content, System.IO.Path.GetExtension(file) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            _ => "text/javascript; charset=utf-8",
        });
    }
}
