using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Identity.SignIn;
using Platform.ServiceDefaults;

namespace Platform.Identity.Users;

/// <summary>Invitations by e-mail.</summary>
internal static class InvitationEndpoints
{
    public static void MapInvitations(this IEndpointRouteBuilder routes)
    {
        var invitations = routes.MapGroup("/users/invitations").WithTags("users");
        invitations.MapPost("/", InviteAsync).RequirePermission("manage:users").WithIdempotency().WithSummary("Invite somebody by e-mail");
        invitations.MapPost("/accept", AcceptAsync).WithSummary("Accept an invitation");
    }

    /// <summary>Makes a user without a password and mails them a link, good for seven days and one use, to set one.</summary>
    private static async Task<Results<Created<InvitationView>, FaultResult>> InviteAsync(
        Body<NewInvitation> body, HttpContext http, CallContext call, ClientOrigin origin, CreateUser create, CancellationToken ct)
    {
        var r = body.Value;
        var (user, invitation, fault) = await create.RunAsync(call, new NewUser(r.Username, null, r.Role, false, r.TlpClearance), origin, ct);
        return user is null
            ? new FaultResult(fault!)
            : TypedResults.Created(
                http.Request.Path.Value!.Replace("/invitations", $"/{user.Id}", StringComparison.Ordinal),
                new InvitationView(invitation!.Id, user.Id, user.UserName!, user.Role, invitation.ExpiresAt));
    }

    /// <summary>With the token of the mailed link, once. Then sign in.</summary>
    private static async Task<Results<Ok<Done>, FaultResult>> AcceptAsync(
        Body<InvitationAcceptance> body, ClientOrigin origin, RedeemAccountToken redeem, CancellationToken ct) =>
        await redeem.RunAsync(AccountTokenPurpose.Invitation, body.Value.Token, body.Value.Password, origin, ct) is { } fault
            ? new FaultResult(fault)
            : TypedResults.Ok(new Done("Welcome; sign in with your password."));
}
