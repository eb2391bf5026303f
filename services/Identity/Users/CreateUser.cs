using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Contracts.Identity;
using Platform.Identity.Audit;
using Platform.Identity.Policies;
using Platform.Identity.Roles;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Users;

/// <summary>Adds a user to the caller's tenant; without a password they are invited to set one.</summary>
internal sealed class CreateUser(IdentityDb db, SetPassword setPassword, InviteUser invite, AuditTrail audit, TimeProvider clock)
{
    public async Task<(User? User, AccountToken? Invitation, Fault? Fault)> RunAsync(CallContext call, NewUser wanted, ClientOrigin origin, CancellationToken ct)
    {
        if (await db.FindRoleAsync(wanted.Role ?? BuiltInRoles.Viewer, ct) is not { } role)
        {
            return (null, null, Faults.ValidationFault("role", "must be one of the roles"));
        }

        if (!call.MayGive(role, wanted.TlpClearance))
        {
            return (null, null, new Fault(ErrorCodes.InsufficientPermissions, "You cannot give rights or a clearance that you do not hold."));
        }

        if (!(await db.ReadPolicyAsync(ct)).Admits(wanted.Username))
        {
            return (null, null, Faults.ValidationFault("username", "must be of a domain that the tenant's policy allows"));
        }

        var name = EmailAddress.Normalize(wanted.Username);
        if (await db.Users.AnyAsync(u => u.NormalizedUserName == name && u.DeletedAt == null, ct))
        {
            return (null, null, new Fault(ErrorCodes.ResourceExists, "A user with this e-mail address exists already."));
        }

        var user = New(call.TenantId, wanted.Username, role, wanted.TlpClearance, wanted.MustChangePassword ?? true, clock.GetUtcNow());
        if (wanted.Password is { } password)
        {
            if (await setPassword.CheckAsync(db, user, password, ct) is { Count: > 0 } faults)
            {
                return (null, null, Faults.ValidationFault(new Dictionary<string, string[]> { ["password"] = [.. faults] }));
            }

            user.PasswordHash = await setPassword.HashAsync(user, password, ct);
        }

        db.Users.Add(user);
        db.Publish(new UserCreated(user.TenantId, user.Id, user.UserName!, user.Role), user.Id.ToString());
        audit.Record(
            db, call.TenantId, AuditActions.UserCreated, $"user/{user.Id}", Outcomes.Success, call.Subject, origin.Address,
            ("new_username", user.UserName), ("new_role", user.Role));
        var invitation = wanted.Password is null ? invite.Add(db, user, call.Subject, origin.Address) : null;
        await db.SaveChangesAsync(ct);
        return (user, invitation, null);
    }

    internal static User New(Guid tenantId, string username, EffectiveRole role, TlpLevel? clearance, bool mustChange, DateTimeOffset now)
    {
        var user = new User
        {
            Id = Guid.CreateVersion7(now),
            TenantId = tenantId,
            Clearance = clearance,
            MustChangePassword = mustChange,
            SecurityStamp = Guid.NewGuid().ToString("N"),
        };
        role.GiveTo(user);
        user.Rename(username);
        return user;
    }
}
