using FluentValidation;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Identity.Audit;
using Platform.Identity.Messages;
using Platform.Identity.Roles;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;

namespace Platform.Identity.Users;

/// <summary>Asks somebody to be invited.</summary>
/// <param name="Username">The e-mail address, to which the link goes.</param>
/// <param name="Role">The role, viewer unless given; not more than the inviter's own rights.</param>
/// <param name="TlpClearance">The clearance, the role's unless given; not above the inviter's.</param>
internal sealed record NewInvitation(string Username, string? Role, TlpLevel? TlpClearance);

internal sealed class NewInvitationValidator : AbstractValidator<NewInvitation>
{
    public NewInvitationValidator()
    {
        RuleFor(u => u.Username).Must(EmailAddress.IsValid).WithMessage("must be an e-mail address");
        RuleFor(u => u.Role).Must(r => r is null || RoleNames.IsValid(r)).WithMessage("must be one of the roles");
    }
}

/// <summary>An invitation on its way.</summary>
/// <param name="InvitationId">Its id.</param>
/// <param name="UserId">The user that waits for a password.</param>
/// <param name="Username">To whom it went.</param>
/// <param name="Role">What they will be.</param>
/// <param name="ExpiresAt">Until when it can be accepted.</param>
internal sealed record InvitationView(Guid InvitationId, Guid UserId, string Username, string Role, DateTimeOffset ExpiresAt);

/// <summary>Accepts an invitation.</summary>
/// <param name="Token">Of the mailed link.</param>
/// <param name="Password">The password to sign in with.</param>
internal sealed record InvitationAcceptance(string Token, string Password);

internal sealed class InvitationAcceptanceValidator : AbstractValidator<InvitationAcceptance>
{
    public InvitationAcceptanceValidator()
    {
        RuleFor(a => a.Token).NotEmpty().MaximumLength(200);
        RuleFor(a => a.Password).NotEmpty().MaximumLength(1024);
    }
}

/// <summary>Mails a user without a password the link to set one.</summary>
internal sealed class InviteUser(AccountTokens tokens, MessageQueue queue, AuditTrail audit, IOptions<IdentitySettings> settings)
{
    /// <summary>With the caller's next save.</summary>
    public AccountToken Add(IdentityDb db, User user, string? actor, string? address)
    {
        var (row, token) = tokens.Add(db, user.TenantId, user.Id, AccountTokenPurpose.Invitation);
        queue.Add(db, Letters.Invitation(user.UserName!, settings.Value.Issuer, token), AccountTokens.InvitationLives);
        audit.Record(db, user.TenantId, AuditActions.InvitationSent, $"user/{user.Id}", Outcomes.Success, actor, address);
        return row;
    }
}
