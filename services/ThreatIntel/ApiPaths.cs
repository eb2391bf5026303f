using Platform.ServiceDefaults;

namespace Platform.ThreatIntel;

internal static class ApiPaths
{
    /// <summary>The address of a resource of this service in the version of the request.</summary>
    public static string ThreatIntel(this HttpContext context, string resource) => context.Path("threat-intel", resource);

    /// <summary>The address of one of the tenant's own systems or incidents in the version of the request.</summary>
    public static string Infrastructure(this HttpContext context, string resource) => context.Path("infrastructure", resource);

    private static string Path(this HttpContext context, string area, string resource) =>
        $"/api/{(context.GetApiVersion() == ApiVersion.V2 ? "v2" : "v1")}/{area}/{resource}";
}
