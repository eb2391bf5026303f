using Platform.Gateway.Proxy;

namespace Platform.Gateway.Docs;

/// <summary>Finds the row of the route table that a documented path falls under.</summary>
internal static class RouteLookup
{
    public static bool IsRouted(string path) => Find(path, null) is not null;

    public static bool IsAnonymous(string path, string method) => Find(path, method)?.Rules.Anonymous == true;

    /// <summary>The most specific row: an exact pattern before the longest tree.</summary>
    private static GatewayRoute? Find(string path, string? method)
    {
        const string Tail = "/{**path}";
        GatewayRoute? best = null;
        foreach (var route in GatewayRoutes.Table)
        {
            if (route.Method is not null && method is not null && !string.Equals(route.Method, method, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (string.Equals(route.Pattern, path, StringComparison.OrdinalIgnoreCase))
            {
                return route;
            }

            if (route.Pattern.EndsWith(Tail, StringComparison.Ordinal)
                && (path + "/").StartsWith(route.Pattern[..^(Tail.Length - 1)], StringComparison.OrdinalIgnoreCase)
                && (best is null || best.Pattern.Length < route.Pattern.Length))
            {
                best = route;
            }
        }

        return best;
    }
}
