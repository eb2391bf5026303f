using Platform.Identity.Clients;
using Platform.Identity.Users;

namespace Platform.Identity.Browser;

/// <summary>The pages of the sign-in, filled for a browser.</summary>
internal sealed class SignInPages(Interactions interactions)
{
    public Page Show(
        HttpContext http, Interaction interaction, Client? client, string? username = null, string? tenant = null, string? problem = null,
        int status = StatusCodes.Status200OK) =>
        Pages.SignIn(
            interactions.Seal(http, interaction), interaction, client, username ?? interaction.Request?.LoginHint, tenant ?? interaction.Request?.Tenant, problem, status);

    public Page ShowSecondFactor(HttpContext http, Interaction interaction, string? problem = null, int status = StatusCodes.Status200OK) =>
        AccountPages.SecondFactor(interactions.Seal(http, interaction), interaction, interaction.Factor!.Methods, problem, status);

    public Page ShowPasswordChange(HttpContext http, Interaction interaction, User user, IReadOnlyList<string>? problems = null) =>
        Pages.NewPassword(interactions.Seal(http, interaction), interaction, user, problems ?? []);
}
