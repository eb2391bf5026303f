using Platform.Identity.Browser;
using Platform.Identity.Users;

namespace Platform.Identity.DeviceFlow;

/// <summary>Leads a user from a device's code to their answer.</summary>
internal sealed class DevicePages(BrowserSessions sessions, Interactions interactions, SignInPages signInPages, DecideDevice decide)
{
    private const string Unknown = "This code is not known, or has expired. Look at your device again.";

    /// <summary>The page as it is opened, perhaps with the code in its address.</summary>
    public async Task<IResult> BeginAsync(HttpContext http, string? typed, CancellationToken ct)
    {
        var interaction = new Interaction(interactions.Expiry, UserCode: typed is { Length: <= 16 } ? typed : "");
        return await sessions.FindAsync(http, ct) is { } signedIn
            ? await ContinueAsync(http, interaction, signedIn, ct)
            : signInPages.Show(http, interaction, null);
    }

    /// <summary>The next page for somebody who is signed in.</summary>
    public async Task<IResult> ContinueAsync(HttpContext http, Interaction interaction, (BrowserSession Session, User User) signedIn, CancellationToken ct)
    {
        if (signedIn.User.MustChangePassword)
        {
            return signInPages.ShowPasswordChange(http, interaction, signedIn.User);
        }

        var typed = interaction.UserCode;
        if (string.IsNullOrEmpty(typed))
        {
            return Pages.DeviceCode(Seal(http, ""), null, null);
        }

        if (UserCodes.Read(typed) is not { } code)
        {
            return Pages.DeviceCode(Seal(http, ""), typed, "A code has eight letters.", StatusCodes.Status400BadRequest);
        }

        if (await decide.FindAsync(code, signedIn.Session, ct) is not var (device, client))
        {
            await sessions.CountWrongCodeAsync(signedIn.Session, ct);
            return Pages.DeviceCode(Seal(http, ""), typed, Unknown, StatusCodes.Status400BadRequest);
        }

        return Pages.DeviceConsent(Seal(http, code), UserCodes.Show(code), device.Scope, client, signedIn.User);
    }

    /// <summary>The user's answer.</summary>
    public async Task<IResult> DecideAsync(HttpContext http, Interaction interaction, bool isAllowed, ClientOrigin origin, CancellationToken ct)
    {
        if (await sessions.FindAsync(http, ct) is not var (session, user) || user.MustChangePassword)
        {
            return signInPages.Show(http, interaction, null);
        }

        if (UserCodes.Read(interaction.UserCode) is not { } code || await decide.FindAsync(code, session, ct) is not var (device, client)
            || !await decide.DecideAsync(device, session, isAllowed, origin, ct))
        {
            return Pages.DeviceCode(Seal(http, ""), null, Unknown, StatusCodes.Status400BadRequest);
        }

        return isAllowed
            ? Pages.Message("Connected", $"{client.Name} is connected. You can go back to your device.")
            : Pages.Message("Not connected", $"{client.Name} was not connected.");
    }

    private string Seal(HttpContext http, string code) => interactions.Seal(http, new Interaction(interactions.Expiry, UserCode: code));
}
