using Platform.Identity.Authorization;
using Platform.Identity.Browser;
using Platform.Identity.DeviceFlow;

namespace Platform.Identity.Protocol;

/// <summary>Everything that OAuth 2.1 and OpenID Connect put at the root: <c>/.well-known</c>, <c>/connect</c> and <c>/device</c>.</summary>
internal static class ProtocolEndpoints
{
    public static void MapProtocol(this IEndpointRouteBuilder routes)
    {
        routes.MapWellKnown();
        routes.MapAuthorize();
        routes.MapTokens();
        routes.MapDeviceFlow();
        routes.MapIntrospection();
        routes.MapRevocation();
        routes.MapUserInfo();
        routes.MapSignOut();
    }
}
