using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Identity.Devices;
using Platform.Identity.Sessions;
using Platform.Identity.Tenants;
using Platform.ServiceDefaults;

namespace Platform.Identity.SignIn;

/// <summary>Sign-in for API clients.</summary>
internal static class AuthEndpoints
{
    public static void MapAuth(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth").WithTags("auth");
        auth.MapPost("/login", LogInAsync).WithSummary("Sign in with user name and password");
        auth.MapPost("/refresh", RefreshAsync).WithSummary("Trade a refresh token for the next pair of tokens");
        auth.MapPost("/password/forgot", ForgotAsync).WithSummary("Ask for a link to set a new password");
        auth.MapPost("/password/reset", ResetAsync).WithSummary("Set a new password with a mailed link");
        auth.MapPost("/password/change", ChangePasswordAsync).ForSignedIn(duringPasswordChange: true).WithSummary("Change one's own password");
        auth.MapPost("/act-as", ActAsAsync).RequirePermission("manage:platform").WithSummary("Enter another tenant for 15 minutes");
    }

    /// <summary>
    /// Opens a session. Five attempts a minute for one account from one address; five failures lock that pair for 15
    /// minutes, doubling; five failures from three addresses lock the account but for the devices that its user trusts. A
    /// wrong tenant, name or password is answered alike. 401 MFA_REQUIRED has <c>challenge_id</c> and <c>methods</c> in its
    /// details, for <c>/auth/mfa/verify</c>.
    /// </summary>
    private static async Task<Results<Ok<LoginAnswer>, FaultResult>> LogInAsync(
        Body<LoginRequest> body, ClientOrigin origin, HttpResponse response, LogIn logIn, SessionTokens tokens, CancellationToken ct)
    {
        var r = body.Value;
        var (signedIn, fault) = await logIn.RunAsync(
            new Credentials(r.Username, r.Password, r.Tenant, Device: r.Device, Continuation: new Continuation(Remember: r.RememberMe ?? false, DeviceName: r.Device?.Name)),
            origin,
            (db, who) => tokens.Open(db, who.User, Grantee.CommandLine, Opening.For(who, origin)),
            ct);
        response.Headers.CacheControl = "no-store";
        return signedIn is null ? new FaultResult(fault!) : TypedResults.Ok(LoginAnswer.From(signedIn));
    }

    /// <summary>
    /// A refresh token is good for one use within 7 days (30 with remember_me). Using it again ends the session it belongs to.
    /// </summary>
    private static async Task<Results<Ok<LoginAnswer>, FaultResult>> RefreshAsync(
        Body<RefreshRequest> body, ClientOrigin origin, HttpResponse response, RefreshSession refresh, CancellationToken ct)
    {
        var next = await refresh.RunAsync(body.Value.RefreshToken, Grantee.CommandLine, null, origin, ct);
        response.Headers.CacheControl = "no-store";
        return next is null ? Faults.Unauthorized("The refresh token is not valid (any more); sign in again.") : TypedResults.Ok(LoginAnswer.From(next));
    }

    /// <summary>Mails a link if there is such a user; the answer is the same if not, and comes as fast.</summary>
    private static async Task<Results<Accepted<Done>, FaultResult>> ForgotAsync(
        Body<ForgottenPassword> body, ClientOrigin origin, TenantDirectory tenants, SendReset reset, CancellationToken ct)
    {
        var tenant = await tenants.FindAsync(body.Value.Tenant, origin.Host, ct);
        return await reset.AskAsync(tenant, body.Value.Username, origin, ct) is { } fault
            ? new FaultResult(fault)
            : TypedResults.Accepted((string?)null, new Done("If there is such an account, a link was sent to its address."));
    }

    /// <summary>With the token of the mailed link, once. Ends all sessions and lifts the password's lock.</summary>
    private static async Task<Results<Ok<Done>, FaultResult>> ResetAsync(
        Body<PasswordResetting> body, ClientOrigin origin, RedeemAccountToken redeem, CancellationToken ct) =>
        await redeem.RunAsync(AccountTokenPurpose.PasswordReset, body.Value.Token, body.Value.NewPassword, origin, ct) is { } fault
            ? new FaultResult(fault)
            : TypedResults.Ok(new Done("The password is set; sign in with it."));

    /// <summary>12 to 128 characters or as the tenant's policy says, none that is widely known or was among the last ones. Ends all other sessions of the user.</summary>
    private static async Task<Results<Ok<Done>, FaultResult>> ChangePasswordAsync(
        Body<PasswordChange> body, CallContext call, ClientOrigin origin, ChangePassword change, CancellationToken ct)
    {
        if (call.UserId() is not { } user)
        {
            return Faults.Forbidden("Only users have a password.");
        }

        var fault = await change.RunAsync(call, user, body.Value.CurrentPassword, body.Value.NewPassword, origin, ct);
        return fault is null ? TypedResults.Ok(new Done("The password is changed; refresh to get new tokens.")) : new FaultResult(fault);
    }

    /// <summary>
    /// For platform administrators: an administrator's rights in another tenant, reading only unless <c>write</c>. The token
    /// cannot be renewed; both tenants' audit logs show it.
    /// </summary>
    private static async Task<Results<Ok<ActAsAnswer>, FaultResult>> ActAsAsync(
        Body<ActAsRequest> body, CallContext call, ClientOrigin origin, HttpResponse response, ActAs actAs, CancellationToken ct)
    {
        if (call.UserId() is not { } admin)
        {
            return Faults.Forbidden("Only users can act in another tenant.");
        }

        var r = body.Value;
        response.Headers.CacheControl = "no-store";
        return await actAs.RunAsync(call, admin, r.TenantId!.Value, r.Reason, r.Write ?? false, origin, ct) is { } issued
            ? TypedResults.Ok(new ActAsAnswer(issued.Token, "Bearer", issued.ExpiresIn, r.TenantId.Value, r.Write ?? false))
            : Faults.NotFound("tenant");
    }
}

/// <summary>Asks for a session.</summary>
/// <param name="Username">The e-mail address.</param>
/// <param name="Password">The password.</param>
/// <param name="RememberMe">Whether the session lasts 30 days instead of 7.</param>
/// <param name="Tenant">The tenant's slug; absent: by host name, else the default tenant.</param>
/// <param name="Device">What the client tells of its device: a name, or a name and <c>signals</c> that tell it from others.</param>
internal sealed record LoginRequest(string Username, string Password, bool? RememberMe, string? Tenant, DeviceSignals? Device);

internal sealed class LoginRequestValidator : AbstractValidator<LoginRequest>
{
    public LoginRequestValidator()
    {
        // Names and passwords that cannot be right are refused like wrong ones, not as invalid: form tells nothing.
        RuleFor(r => r.Username).NotEmpty().MaximumLength(254);
        RuleFor(r => r.Password).NotEmpty().MaximumLength(1024);
        RuleFor(r => r.Tenant).MaximumLength(63);
        RuleFor(r => r.Device).Must(d => d is null || d.IsBounded).WithMessage($"must be at most {DeviceSignals.MaxSignals} signals of at most {DeviceSignals.MaxLength} characters");
    }
}

/// <summary>A session's tokens.</summary>
/// <param name="AccessToken">A JWT for the <c>Authorization</c> header (RFC 9068).</param>
/// <param name="TokenType">Always <c>Bearer</c>.</param>
/// <param name="ExpiresIn">Seconds until the access token expires.</param>
/// <param name="RefreshToken">Good for one call of <c>/auth/refresh</c>.</param>
/// <param name="User">Who is signed in.</param>
internal sealed record LoginAnswer(string AccessToken, string TokenType, int ExpiresIn, string RefreshToken, SignedInUser User)
{
    internal static LoginAnswer From(SignedIn s) => new(
        s.Access.Token, "Bearer", s.Access.ExpiresIn, s.RefreshToken!, new SignedInUser(s.User.Id, s.User.UserName!, [s.User.Role], s.User.MustChangePassword));
}

/// <summary>Who is signed in.</summary>
internal sealed record SignedInUser(Guid Id, string Username, IReadOnlyList<string> Roles, bool MustChangePassword);

/// <summary>Asks for the next pair of tokens.</summary>
internal sealed record RefreshRequest(string RefreshToken);

internal sealed class RefreshRequestValidator : AbstractValidator<RefreshRequest>
{
    public RefreshRequestValidator() => RuleFor(r => r.RefreshToken).NotEmpty().MaximumLength(512);
}

/// <summary>Asks for a new password.</summary>
internal sealed record PasswordChange(string CurrentPassword, string NewPassword);

internal sealed class PasswordChangeValidator : AbstractValidator<PasswordChange>
{
    public PasswordChangeValidator()
    {
        RuleFor(r => r.CurrentPassword).NotEmpty().MaximumLength(1024);
        RuleFor(r => r.NewPassword).NotEmpty().MaximumLength(1024);
    }
}

/// <summary>Who forgot their password.</summary>
/// <param name="Username">The e-mail address.</param>
/// <param name="Tenant">The tenant's slug; absent: by host name, else the default tenant.</param>
internal sealed record ForgottenPassword(string Username, string? Tenant);

internal sealed class ForgottenPasswordValidator : AbstractValidator<ForgottenPassword>
{
    public ForgottenPasswordValidator()
    {
        RuleFor(r => r.Username).NotEmpty().MaximumLength(254);
        RuleFor(r => r.Tenant).MaximumLength(63);
    }
}

/// <summary>A new password.</summary>
/// <param name="Token">Of the mailed link.</param>
/// <param name="NewPassword">The password.</param>
internal sealed record PasswordResetting(string Token, string NewPassword);

internal sealed class PasswordResettingValidator : AbstractValidator<PasswordResetting>
{
    public PasswordResettingValidator()
    {
        RuleFor(r => r.Token).NotEmpty().MaximumLength(200);
        RuleFor(r => r.NewPassword).NotEmpty().MaximumLength(1024);
    }
}

/// <summary>What was done.</summary>
internal sealed record Done(string Message);

/// <summary>Asks to enter another tenant.</summary>
/// <param name="TenantId">Which one.</param>
/// <param name="Reason">Why; it is kept in both audit logs.</param>
/// <param name="Write">Whether changes are intended.</param>
internal sealed record ActAsRequest(Guid? TenantId, string Reason, bool? Write);

internal sealed class ActAsRequestValidator : AbstractValidator<ActAsRequest>
{
    public ActAsRequestValidator()
    {
        RuleFor(r => r.TenantId).NotNull();
        RuleFor(r => r.Reason).NotEmpty().MaximumLength(500);
    }
}

/// <summary>A token of another tenant.</summary>
internal sealed record ActAsAnswer(string AccessToken, string TokenType, int ExpiresIn, Guid TenantId, bool Write);
