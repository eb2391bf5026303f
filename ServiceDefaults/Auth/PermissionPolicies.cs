using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults;

/// <summary>The permission an endpoint asks for, as endpoint metadata; documentation and tests read it from there.</summary>
public sealed record RequiredPermission(string Permission) : IAuthorizationRequirement;

/// <summary>Authorization rules of routes.</summary>
public static class PermissionPolicies
{
    internal const string Prefix = "permission:";

    /// <summary>Lets in only callers who hold a permission such as <c>read:threat_intel</c>.</summary>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder builder, string permission)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.RequireAuthorization(Prefix + permission);
        builder.WithMetadata(new RequiredPermission(permission));
        return builder;
    }
}

/// <summary>Makes a policy of every <c>permission:…</c> name.</summary>
internal sealed class PermissionPolicyProvider(IOptions<AuthorizationOptions> options) : DefaultAuthorizationPolicyProvider(options)
{
    public override Task<AuthorizationPolicy?> GetPolicyAsync(string policyName) =>
        policyName.StartsWith(PermissionPolicies.Prefix, StringComparison.Ordinal)
            ? Task.FromResult<AuthorizationPolicy?>(new AuthorizationPolicyBuilder()
                .RequireAuthenticatedUser()
                .AddRequirements(new RequiredPermission(policyName[PermissionPolicies.Prefix.Length..]))
                .Build())
            : base.GetPolicyAsync(policyName);
}

internal sealed class PermissionHandler(IHttpContextAccessor accessor) : AuthorizationHandler<RequiredPermission>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, RequiredPermission requirement)
    {
        var http = context.Resource as HttpContext ?? accessor.HttpContext;
        if (http?.RequestServices.GetService(typeof(CallContext)) is CallContext call && call.IsAllowed(requirement.Permission))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
