using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Platform.ServiceDefaults;

/// <summary>Internal authentication and permission policies.</summary>
public static class AuthSetup
{
    /// <summary>
    /// Adds authentication by internal token and a fallback policy that refuses everybody else: an endpoint without a
    /// rule of its own is closed to anonymous callers.
    /// </summary>
    public static IHostApplicationBuilder AddInternalAuthentication(this IHostApplicationBuilder builder, string serviceName)
    {
        builder.Services.AddOptions<InternalAuthOptions>()
            .BindConfiguration(InternalAuthOptions.Section)
            .PostConfigure(o => o.Audience = o.Audience.Length > 0 ? o.Audience : serviceName)
            .Validate(o => IsKey(o.Key), "InternalAuth:Key must be 32 random bytes in base64.")
            .ValidateOnStart();
        builder.Services.AddScoped<CallContext>();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddAuthentication(InternalAuthenticationHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, InternalAuthenticationHandler>(InternalAuthenticationHandler.SchemeName, null);
        builder.Services.AddSingleton<IAuthorizationPolicyProvider, PermissionPolicyProvider>();
        builder.Services.AddSingleton<IAuthorizationHandler, PermissionHandler>();
        builder.Services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        return builder;
    }

    private static bool IsKey(string text)
    {
        Span<byte> buffer = stackalloc byte[64];
        return Convert.TryFromBase64String(text, buffer, out var length) && length >= 32;
    }
}
