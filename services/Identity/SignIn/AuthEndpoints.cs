using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Identity.Clients;
using Platform.Identity.Sessions;
using Platform.ServiceDefaults;

namespace Platform.Identity.SignIn;

/// <summary>Sign-in for API clients.</summary>
internal static class AuthEndpoints
{
    public static void MapAuth(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth").WithTags("auth");
        auth.MapPost("/login", LogInAsync).WithSummary("Sign in with user name and password");
    }

    /// <summary>
    /// Opens a session. Five attempts a minute for one account from one address; five failures lock that pair for 15
    /// minutes, doubling. A wrong tenant, name or password is answered alike.
    /// </summary>
    private static async Task<Results<Ok<LoginAnswer>, FaultResult>> LogInAsync(
        Body<LoginRequest> body, ClientOrigin origin, HttpResponse response, LogIn logIn, CancellationToken ct)
    {
        var r = body.Value;
        var (signedIn, fault) = await logIn.RunAsync(
            new Credentials(r.Username, r.Password, r.Tenant, r.RememberMe ?? false, r.Device), FirstPartyClients.CommandLine, origin, ct);
        response.Headers.CacheControl = "no-store";
        return signedIn is null ? new FaultResult(fault!) : TypedResults.Ok(LoginAnswer.From(signedIn));
    }
}

/// <summary>Asks for a session.</summary>
/// <param name="Username">The e-mail address.</param>
/// <param name="Password">The password.</param>
/// <param name="RememberMe">Whether the session lasts 30 days instead of 7.</param>
/// <param name="Tenant">The tenant's slug; absent: by host name, else the default tenant.</param>
/// <param name="Device">What the client calls its device.</param>
public sealed record LoginRequest(string Username, string Password, bool? RememberMe, string? Tenant, string? Device);

internal sealed class LoginRequestValidator : AbstractValidator<LoginRequest>
{
    public LoginRequestValidator()
    {
        // Names and passwords that cannot be right are refused like wrong ones, not as invalid: form tells nothing.
        RuleFor(r => r.Username).NotEmpty().MaximumLength(254);
        RuleFor(r => r.Password).NotEmpty().MaximumLength(1024);
        RuleFor(r => r.Tenant).MaximumLength(63);
        RuleFor(r => r.Device).MaximumLength(200);
    }
}

/// <summary>A session's tokens.</summary>
/// <param name="AccessToken">A JWT for the <c>Authorization</c> header (RFC 9068).</param>
/// <param name="TokenType">Always <c>Bearer</c>.</param>
/// <param name="ExpiresIn">Seconds until the access token expires.</param>
/// <param name="RefreshToken">Good for one call of <c>/auth/refresh</c>.</param>
/// <param name="User">Who is signed in.</param>
public sealed record LoginAnswer(string AccessToken, string TokenType, int ExpiresIn, string RefreshToken, SignedInUser User)
{
    internal static LoginAnswer From(SignedIn s) => new(
        s.Access.Token, "Bearer", s.Access.ExpiresIn, s.RefreshToken, new SignedInUser(s.User.Id, s.User.UserName!, [s.User.Role], s.User.MustChangePassword));
}

/// <summary>Who is signed in.</summary>
public sealed record SignedInUser(Guid Id, string Username, IReadOnlyList<string> Roles, bool MustChangePassword);
