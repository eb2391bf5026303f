using System.Text.Json.Serialization;
using FluentValidation;
using Platform.Contracts;
using Platform.Identity.Roles;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;

namespace Platform.Identity.Users;

/// <summary>A user.</summary>
/// <param name="UserId">The id, <c>sub</c> of the user's tokens.</param>
/// <param name="Username">The e-mail address.</param>
/// <param name="Role">One of <c>GET /roles</c>.</param>
/// <param name="Active">Whether the user can sign in.</param>
/// <param name="MustChangePassword">Whether the next thing must be a new password.</param>
/// <param name="TlpClearance">The highest TLP level the user sees.</param>
/// <param name="CreatedAt">When the user was created.</param>
/// <param name="UpdatedAt">When the user was changed last.</param>
/// <param name="LastLogin">The last sign-in, if there was one.</param>
internal sealed record UserView(
    Guid UserId,
    string Username,
    string Role,
    bool Active,
    bool MustChangePassword,
    TlpLevel TlpClearance,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? LastLogin)
{
    internal static UserView From(User u) =>
        new(u.Id, u.UserName!, u.Role, u.Active, u.MustChangePassword, u.EffectiveClearance, u.CreatedAt, u.UpdatedAt, u.LastLoginAt);
}

/// <summary>Asks for a new user.</summary>
/// <param name="Username">The e-mail address; unique in the tenant.</param>
/// <param name="Password">12 to 128 characters; without one an invitation is mailed.</param>
/// <param name="Role">The role, viewer unless given; not more than the creator's own rights.</param>
/// <param name="MustChangePassword">Whether the password is for the first sign-in only; true unless given.</param>
/// <param name="TlpClearance">The clearance, the role's unless given; not above the creator's.</param>
internal sealed record NewUser(string Username, string? Password, string? Role, bool? MustChangePassword, TlpLevel? TlpClearance);

internal sealed class NewUserValidator : AbstractValidator<NewUser>
{
    public NewUserValidator(IHttpContextAccessor http)
    {
        RuleFor(u => u.Username).Must(EmailAddress.IsValid).WithMessage("must be an e-mail address");
        RuleFor(u => u.Role).MustAsync(async (r, ct) =>
            r is null || await http.HttpContext!.RequestServices.GetRequiredService<IdentityDb>().FindRoleAsync(r, ct) is not null).WithMessage("must be one of the roles");
        RuleFor(u => u.Password).Custom((password, context) =>
        {
            if (password is null)
            {
                return;
            }

            foreach (var fault in PasswordPolicy.Check(password, context.InstanceToValidate.Username))
            {
                context.AddFailure(fault);
            }
        });
    }
}

/// <summary>Changes to a user; members that are absent stay as they are.</summary>
internal sealed record UserChange(string? Username, string? Role, bool? Active, bool? MustChangePassword, TlpLevel? TlpClearance)
{
    /// <summary>The user is to have the clearance of the role again.</summary>
    [JsonIgnore]
    public bool RemovesClearance { get; init; }

    internal bool IsNameOnly => Role is null && Active is null && MustChangePassword is null && TlpClearance is null && !RemovesClearance;
}

/// <summary>What of a user can be patched (RFC 7396); without a clearance of their own they have their role's.</summary>
internal sealed record UserState(string Username, string Role, bool? Active, bool? MustChangePassword, TlpLevel? TlpClearance)
{
    internal static UserState Of(User u) => new(u.UserName!, u.Role, u.Active, u.MustChangePassword, u.Clearance);

    /// <summary>What differs from another state.</summary>
    internal UserChange ChangeTo(UserState next) => new(
        next.Username == Username ? null : next.Username,
        next.Role == Role ? null : next.Role,
        next.Active == Active ? null : next.Active,
        next.MustChangePassword == MustChangePassword ? null : next.MustChangePassword,
        next.TlpClearance == TlpClearance ? null : next.TlpClearance)
    {
        RemovesClearance = TlpClearance is not null && next.TlpClearance is null,
    };
}

internal sealed class UserStateValidator : AbstractValidator<UserState>
{
    public UserStateValidator()
    {
        RuleFor(u => u.Username).Must(EmailAddress.IsValid).WithMessage("must be an e-mail address");
        RuleFor(u => u.Role).Must(RoleNames.IsValid).WithMessage("must be one of the roles");
        RuleFor(u => u.Active).NotNull();
        RuleFor(u => u.MustChangePassword).NotNull();
    }
}

internal sealed class UserChangeValidator : AbstractValidator<UserChange>
{
    public UserChangeValidator()
    {
        RuleFor(u => u.Username).Must(n => n is null || EmailAddress.IsValid(n)).WithMessage("must be an e-mail address");
        RuleFor(u => u.Role).Must(r => r is null || RoleNames.IsValid(r)).WithMessage("must be one of the roles");
    }
}
