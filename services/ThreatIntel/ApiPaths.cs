using Platform.ServiceDefaults;

namespace Platform.ThreatIntel;

internal static class ApiPaths
{
    /// <summary>The address of a resource of this service in the version of the request.</summary>
    public static string ThreatIntel(this HttpContext context, string resource) =>
        $"/api/{(context.GetApiVersion() == ApiVersion.V2 ? "v2" : "v1")}/threat-intel/{resource}";
}
