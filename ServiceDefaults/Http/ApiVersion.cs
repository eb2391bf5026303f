using Microsoft.AspNetCore.Http;

namespace Platform.ServiceDefaults;

/// <summary>The two wire conventions: v1 wraps answers in an envelope, v2 sends bare resources and problem documents.</summary>
public enum ApiVersion
{
    V1 = 1,
    V2 = 2,
}

/// <summary>Finds the convention of a request.</summary>
public static class ApiVersions
{
    /// <summary>v2 for paths under <c>/api/v2</c>, v1 for everything else (<c>/api/admin</c> included).</summary>
    public static ApiVersion GetApiVersion(this HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api/v2", StringComparison.OrdinalIgnoreCase) ? ApiVersion.V2 : ApiVersion.V1;
}
