using Microsoft.AspNetCore.Routing.Template;
using Platform.Gateway.Proxy;

namespace Platform.Gateway.GraphQL;

/// <summary>The operations with an hourly limit of their own: a field that calls one counts there as its request would.</summary>
internal static class LimitedCalls
{
    private static readonly (string? Method, TemplateMatcher Path, string Limit)[] All =
    [
        .. GatewayRoutes.Table.Where(static r => r.Rules.Limit is not null)
            .Select(static r => (r.Method, new TemplateMatcher(TemplateParser.Parse(r.Pattern.TrimStart('/')), new RouteValueDictionary()), r.Rules.Limit!)),
    ];

    /// <summary>The limit's name; null for all other calls.</summary>
    public static string? Of(HttpMethod method, string path)
    {
        foreach (var (only, template, limit) in All)
        {
            if ((only is null || only == method.Method) && template.TryMatch(path, new RouteValueDictionary()))
            {
                return limit;
            }
        }

        return null;
    }
}
