using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults;

/// <summary>The permission an endpoint asks for, as endpoint metadata; documentation and tests read it from there.</summary>
/// <param name="Permission">The permission.</param>
/// <param name="OrElse">A narrower one that lets in too; the endpoint then sees to its limits itself.</param>
public sealed record RequiredPermission(string Permission, string? OrElse = null) : IAuthorizationRequirement;

/// <summary>Authorization rules of routes.</summary>
public static class PermissionPolicies
{
    internal const string Prefix = "permission:";
    private const char Separator = '|';

    /// <summary>Lets in only callers who hold a permission such as <c>read:threat_intel</c>.</summary>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder builder, string permission)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.RequireAuthorization(Prefix + permission);
        builder.WithMetadata(new RequiredPermission(permission));
        return builder;
    }

    /// <summary>Lets in callers who hold a permission or a narrower one, such as <c>manage:own_api_keys</c>.</summary>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder builder, string permission, string orElse)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.RequireAuthorization(Prefix + permission + Separator + orElse);
        builder.WithMetadata(new RequiredPermission(permission, orElse));
        return builder;
    }

    internal static RequiredPermission Read(string policyName)
    {
        var text = policyName[Prefix.Length..];
        var at = text.IndexOf(Separator, StringComparison.Ordinal);
        return at < 0 ? new RequiredPermission(text) : new RequiredPermission(text[..at], text[(at + 1)..]);
    }
}

/// <summary>Makes a policy of every <c>permission:…</c> name.</summary>
internal sealed class PermissionPolicyProvider(IOptions<AuthorizationOptions> options) : DefaultAuthorizationPolicyProvider(options)
{
    /// <summary>A name always means the same policy, so an endpoint's is put together once and not at every request.</summary>
    public override bool AllowsCachingPolicies => true;

    public override Task<AuthorizationPolicy?> GetPolicyAsync(string policyName) =>
        policyName.StartsWith(PermissionPolicies.Prefix, StringComparison.Ordinal)
            ? Task.FromResult<AuthorizationPolicy?>(new AuthorizationPolicyBuilder()
                .RequireAuthenticatedUser()
                .AddRequirements(PermissionPolicies.Read(policyName))
                .Build())
            : base.GetPolicyAsync(policyName);
}

internal sealed class PermissionHandler(IHttpContextAccessor accessor) : AuthorizationHandler<RequiredPermission>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, RequiredPermission requirement)
    {
        var http = context.Resource as HttpContext ?? accessor.HttpContext;
        if (http?.RequestServices.GetService(typeof(CallContext)) is CallContext call
            && (call.IsAllowed(requirement.Permission) || (requirement.OrElse is { } narrower && call.IsAllowed(narrower))))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
