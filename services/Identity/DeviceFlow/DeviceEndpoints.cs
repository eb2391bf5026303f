using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Identity.Browser;
using Platform.Identity.Protocol;
using Platform.ServiceDefaults;

namespace Platform.Identity.DeviceFlow;

/// <summary>The device flow (RFC 8628): an endpoint for devices and pages for people.</summary>
internal static class DeviceEndpoints
{
    public static void MapDeviceFlow(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithGroupName("v1").WithTags("oauth").RequireAuthorization().Unwrapped().DisableAntiforgery();
        group.MapPost("/connect/device", StartAsync).WithSummary("Get a device code (RFC 8628)");
        group.MapGet("/device", ShowAsync).WithSummary("The page where a user types a device's code");
        group.MapPost("/device", SubmitAsync).ExcludeFromDescription();
        group.MapPost("/device/confirm", ConfirmAsync).ExcludeFromDescription();
    }

    /// <summary>A form with <c>client_id</c> and <c>scope</c>; confidential clients authenticate.</summary>
    private static Task<Results<Ok<DeviceAnswer>, JsonHttpResult<OAuthErrorBody>>> StartAsync(
        HttpContext http, ClientAuthentication clients, StartDevice start, CancellationToken ct) => OAuthAnswers.RunAsync(http, async () =>
        {
            var form = await OAuthParameters.ReadFormAsync(http.Request, ct);
            var client = await clients.AuthenticateAsync(http.Request, form, null, ct);
            return TypedResults.Ok(await start.RunAsync(client, form["scope"], ct));
        });

    private static Task<IResult> ShowAsync(HttpContext http, DevicePages pages, CancellationToken ct) =>
        pages.BeginAsync(http, http.Request.Query["user_code"], ct);

    private static async Task<IResult> SubmitAsync(HttpContext http, DevicePages pages, Interactions interactions, CancellationToken ct)
    {
        var form = await http.Request.ReadFormAsync(ct);
        return interactions.Open(http, form[Pages.InteractionField]) is { UserCode: not null }
            ? await pages.BeginAsync(http, form["user_code"], ct)
            : Pages.Expired();
    }

    private static async Task<IResult> ConfirmAsync(HttpContext http, ClientOrigin origin, DevicePages pages, Interactions interactions, CancellationToken ct)
    {
        var form = await http.Request.ReadFormAsync(ct);
        return interactions.Open(http, form[Pages.InteractionField]) is { UserCode: not null } interaction
            ? await pages.DecideAsync(http, interaction, form["decision"] == "allow", origin, ct)
            : Pages.Expired();
    }
}
