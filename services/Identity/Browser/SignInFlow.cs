using System.Globalization;
using Platform.Contracts;
using Platform.Identity.Authorization;
using Platform.Identity.Clients;
using Platform.Identity.DeviceFlow;
using Platform.Identity.Mfa;
using Platform.Identity.Protocol;
using Platform.Identity.SignIn;
using Platform.ServiceDefaults;

namespace Platform.Identity.Browser;

/// <summary>Signs a browser in and goes on with what it was in the middle of.</summary>
internal sealed class SignInFlow(
    LogIn logIn, ClientDirectory clients, BrowserSessions sessions, SignInPages pages, AuthorizeFlow authorize, DevicePages devices,
    ChangePassword changePassword, AnswerChallenge answer)
{
    /// <summary>The sign-in form was sent.</summary>
    public async Task<IResult> SubmitAsync(HttpContext http, Interaction interaction, IFormCollection form, ClientOrigin origin, CancellationToken ct)
    {
        var client = interaction.Request is { } request ? (await clients.FindAsync(request.ClientId, ct)).Client : null;
        if (client is null && interaction.Request is not null)
        {
            return Pages.Error("There is no such client any more.");
        }

        var (username, password, tenant) = (form["username"].ToString(), form["password"].ToString(), form["tenant"].ToString().Trim());
        if (username.Length is 0 or > 254 || password.Length is 0 or > 1024 || tenant.Length > 63)
        {
            return pages.Show(http, interaction, client, username, tenant, "Type your e-mail address and your password.", StatusCodes.Status400BadRequest);
        }

        var home = client is null || FirstPartyClients.Is(client.ClientId) ? (Guid?)null : client.TenantId;
        var (opened, fault) = await ProveAsync(new Credentials(username, password, tenant.Length == 0 ? null : tenant, home, Continuation: new Continuation(Continuation.Browser)), origin, ct);
        if (fault?.Details is MfaDemand demand)
        {
            return pages.ShowSecondFactor(http, interaction with { Factor = demand });
        }

        if (opened is null)
        {
            return pages.Show(http, interaction, client, username, tenant, TextOf(fault!), StatusOf(fault!));
        }

        return await EnterAsync(http, interaction, client, opened, origin, ct);
    }

    /// <summary>The form for the second factor was sent: a code, or the wish to be sent one.</summary>
    public async Task<IResult> SubmitFactorAsync(HttpContext http, Interaction interaction, IFormCollection form, ClientOrigin origin, CancellationToken ct)
    {
        var (method, code) = (form["method"].ToString(), form["code"].ToString());
        if (interaction.Factor is not { } demand)
        {
            return Pages.Expired();
        }

        if (form["send"].ToString() is { Length: > 0 } wanted)
        {
            return await answer.SendAsync(demand.ChallengeId, wanted, Continuation.Browser, ct) is { } refusal
                ? pages.ShowSecondFactor(http, interaction, refusal.Message, StatusOf(refusal))
                : pages.ShowSecondFactor(http, interaction);
        }

        var (opened, fault) = await answer.RunAsync(new MfaAnswer(demand.ChallengeId, method, code, Continuation.Browser), origin, sessions.Open, ct);
        if (opened is null)
        {
            return pages.ShowSecondFactor(http, interaction, fault!.Code == ErrorCodes.AuthFailed ? fault.Message : TextOf(fault), StatusOf(fault));
        }

        var client = interaction.Request is { } request ? (await clients.FindAsync(request.ClientId, ct)).Client : null;
        return client is null && interaction.Request is not null
            ? Pages.Error("There is no such client any more.")
            : await EnterAsync(http, interaction with { Factor = null }, client, opened, origin, ct);
    }

    private async Task<IResult> EnterAsync(
        HttpContext http, Interaction interaction, Client? client, OpenedBrowser opened, ClientOrigin origin, CancellationToken ct)
    {
        // Whoever was signed in with this browser before is signed out of it.
        if (await sessions.FindAsync(http, ct) is var (former, _) && former.UserId != opened.User.Id)
        {
            await sessions.EndAsync(http, former, origin, ct);
        }

        sessions.Present(http, opened);
        return await GoOnAsync(http, interaction, client, opened, origin, ct);
    }

    /// <summary>The form for a required new password was sent.</summary>
    public async Task<IResult> ChangePasswordAsync(HttpContext http, Interaction interaction, IFormCollection form, ClientOrigin origin, CancellationToken ct)
    {
        if (await sessions.FindAsync(http, ct) is not var (session, user))
        {
            return Pages.Expired();
        }

        var (current, next, again) = (form["current_password"].ToString(), form["new_password"].ToString(), form["repeat_password"].ToString());
        if (next != again)
        {
            return pages.ShowPasswordChange(http, interaction, user, ["The two new passwords are not the same."]);
        }

        var call = new CallContext();
        call.Enter(new Caller(session.TenantId, user.Id.ToString(), CallerKind.User, PermissionSet.Empty, TlpLevel.Clear));
        if (await changePassword.RunAsync(call, user.Id, current, next, origin, ct) is { } fault)
        {
            return pages.ShowPasswordChange(http, interaction, user, fault.Errors?.SelectMany(e => e.Value.Select(v => "The new password " + v + ".")).ToList() ?? [TextOf(fault)]);
        }

        var (opened, refusal) = await ProveAsync(
            new Credentials(user.UserName!, next, null, session.TenantId, Continuation: new Continuation(Continuation.Browser)), origin, ct);
        if (refusal?.Details is MfaDemand demand)
        {
            return pages.ShowSecondFactor(http, interaction with { Factor = demand });
        }

        if (opened is null)
        {
            return Pages.Error(TextOf(refusal!));
        }

        sessions.Present(http, opened);
        var client = interaction.Request is { } request ? (await clients.FindAsync(request.ClientId, ct)).Client : null;
        return await GoOnAsync(http, interaction, client, opened, origin, ct);
    }

    private async Task<(OpenedBrowser? Opened, Fault? Fault)> ProveAsync(Credentials credentials, ClientOrigin origin, CancellationToken ct)
    {
        try
        {
            return await logIn.RunAsync(credentials, origin, sessions.Open, ct);
        }
        catch (FaultException exception)
        {
            return (null, exception.Fault);
        }
    }

    private async Task<IResult> GoOnAsync(HttpContext http, Interaction interaction, Client? client, OpenedBrowser opened, ClientOrigin origin, CancellationToken ct) =>
        interaction.Request is { } request
            ? await authorize.ContinueAsync(http, request, client!, (opened.Session, opened.User), origin, ct)
            : await devices.ContinueAsync(http, interaction, (opened.Session, opened.User), ct);

    private static string TextOf(Fault fault) => fault.Code switch
    {
        ErrorCodes.AuthFailed => "The e-mail address or the password is wrong.",
        ErrorCodes.AccountLocked or ErrorCodes.RateLimitExceeded => string.Create(
            CultureInfo.InvariantCulture, $"Too many attempts. Try again in {Math.Max(1, (int)Math.Ceiling((fault.RetryAfter ?? TimeSpan.Zero).TotalMinutes))} min."),
        _ => fault.Message,
    };

    private static int StatusOf(Fault fault) => fault.Code switch
    {
        ErrorCodes.AuthFailed => StatusCodes.Status400BadRequest,
        ErrorCodes.AccountLocked => StatusCodes.Status429TooManyRequests,
        _ => fault.Status,
    };
}
