using Platform.Contracts;
using Platform.Gateway.Proxy;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Pipeline;

/// <summary>What the gateway's own endpoints state about themselves.</summary>
internal static class OwnApi
{
    /// <summary>The rules of the gateway's own endpoints that ask for a credential.</summary>
    public static RouteRules Authenticated { get; } = new() { Compress = false };

    /// <summary>What the pipeline does with the endpoint.</summary>
    public static TBuilder WithRules<TBuilder>(this TBuilder builder, RouteRules rules)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(rules);

    /// <summary>Lets in only callers who hold a permission.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder builder, string permission)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.WithMetadata(new RequiredPermission(permission));
        return builder.AddEndpointFilter(async (context, next) =>
            GatewayRequest.Of(context.HttpContext).Credential!.Caller.Permissions.Allows(permission)
                ? await next(context)
                : new FaultResult(new Fault(ErrorCodes.InsufficientPermissions, "You do not have the permission for this.")));
    }
}
