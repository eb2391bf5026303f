using Platform.Identity.SignIn;
using Platform.Identity.Tenants;
using Platform.ServiceDefaults;

namespace Platform.Identity.Browser;

/// <summary>
/// Where mailed links lead. Opening one changes nothing, since mail scanners open links too; the form's token is its own
/// guard against forgery, for nobody else knows it.
/// </summary>
internal static class AccountLinkEndpoints
{
    private const int MaxTokenLength = 200;

    public static void MapAccountLinks(this IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup("/connect").WithGroupName("v1").WithTags("oauth").RequireAuthorization().Unwrapped().DisableAntiforgery();
        pages.MapGet("/forgot", ShowForgotten).ExcludeFromDescription();
        pages.MapPost("/forgot", ForgotAsync).ExcludeFromDescription();
        pages.MapGet("/reset", (string? token) => Show(AccountTokenPurpose.PasswordReset, token)).ExcludeFromDescription();
        pages.MapPost("/reset", ResetAsync).ExcludeFromDescription();
        pages.MapGet("/invitation", (string? token) => Show(AccountTokenPurpose.Invitation, token)).ExcludeFromDescription();
        pages.MapPost("/invitation", AcceptAsync).ExcludeFromDescription();
    }

    private static Page ShowForgotten(HttpContext http, Interactions interactions) =>
        AccountPages.Forgotten(interactions.Seal(http, new Interaction(interactions.Expiry)), null, StatusCodes.Status200OK);

    /// <summary>The answer is the same whether there is such an account or not.</summary>
    private static async Task<IResult> ForgotAsync(
        HttpContext http, ClientOrigin origin, Interactions interactions, TenantDirectory tenants, SendReset reset, CancellationToken ct)
    {
        var form = await http.Request.ReadFormAsync(ct);
        if (interactions.Open(http, form[Pages.InteractionField]) is not { } interaction)
        {
            return Pages.Expired();
        }

        var (username, slug) = (form["username"].ToString().Trim(), form["tenant"].ToString().Trim());
        if (username.Length is 0 or > 254 || slug.Length > 63)
        {
            return AccountPages.Forgotten(interactions.Seal(http, interaction), "Type your e-mail address.", StatusCodes.Status400BadRequest);
        }

        var tenant = await tenants.FindAsync(slug.Length == 0 ? null : slug, origin.Host, ct);
        return await reset.AskAsync(tenant, username, origin, ct) is { } fault
            ? AccountPages.Forgotten(interactions.Seal(http, interaction), "You asked too often. Wait a minute.", fault.Status)
            : Pages.Message("Look into your mail", "If there is such an account, a link to set a new password is on its way.");
    }

    private static Page Show(AccountTokenPurpose purpose, string? token) => token is { Length: > 0 and <= MaxTokenLength }
        ? AccountPages.NewPassword(purpose, token, null, StatusCodes.Status200OK)
        : Pages.Error("The link is not complete. Copy it from the mail as a whole.");

    private static Task<IResult> ResetAsync(HttpContext http, ClientOrigin origin, RedeemAccountToken redeem, CancellationToken ct) =>
        SetAsync(AccountTokenPurpose.PasswordReset, http, origin, redeem, ct);

    private static Task<IResult> AcceptAsync(HttpContext http, ClientOrigin origin, RedeemAccountToken redeem, CancellationToken ct) =>
        SetAsync(AccountTokenPurpose.Invitation, http, origin, redeem, ct);

    private static async Task<IResult> SetAsync(
        AccountTokenPurpose purpose, HttpContext http, ClientOrigin origin, RedeemAccountToken redeem, CancellationToken ct)
    {
        var form = await http.Request.ReadFormAsync(ct);
        var (token, password) = (form["token"].ToString(), form["new_password"].ToString());
        if (token.Length is 0 or > MaxTokenLength || password.Length > 1024)
        {
            return Pages.Error("The link is not complete. Copy it from the mail as a whole.");
        }

        if (password != form["repeat_password"].ToString())
        {
            return AccountPages.NewPassword(purpose, token, "The two passwords are not the same.", StatusCodes.Status400BadRequest);
        }

        if (await redeem.RunAsync(purpose, token, password, origin, ct) is not { } fault)
        {
            return Pages.Message("The password is set", "You can sign in with it now.");
        }

        return fault.Errors is { } errors
            ? AccountPages.NewPassword(purpose, token, string.Join(" ", errors.SelectMany(e => e.Value).Select(e => $"The password {e}.")), StatusCodes.Status400BadRequest)
            : Pages.Error(fault.Message);
    }
}
