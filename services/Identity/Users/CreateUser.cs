using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Contracts.Identity;
using Platform.Identity.Audit;
using Platform.Identity.Roles;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Users;

/// <summary>Adds a user to the caller's tenant.</summary>
internal sealed class CreateUser(IdentityDb db, PasswordGate gate, AuditTrail audit, TimeProvider clock)
{
    public async Task<(User? User, Fault? Fault)> RunAsync(CallContext call, NewUser wanted, ClientOrigin origin, CancellationToken ct)
    {
        var role = BuiltInRoles.Resolve(wanted.Role ?? BuiltInRoles.Viewer)!;
        if (!call.MayGive(role, wanted.TlpClearance))
        {
            return (null, new Fault(ErrorCodes.InsufficientPermissions, "You cannot give rights or a clearance that you do not hold."));
        }

        var name = EmailAddress.Normalize(wanted.Username);
        if (await db.Users.AnyAsync(u => u.NormalizedUserName == name && u.DeletedAt == null, ct))
        {
            return (null, new Fault(ErrorCodes.ResourceExists, "A user with this e-mail address exists already."));
        }

        var user = new User
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            TenantId = call.TenantId,
            Role = role,
            Clearance = wanted.TlpClearance,
            MustChangePassword = wanted.MustChangePassword ?? true,
            SecurityStamp = Guid.NewGuid().ToString("N"),
        };
        user.Rename(wanted.Username);
        if (wanted.Password is { } password)
        {
            user.PasswordHash = await gate.HashAsync(user, password, ct);
        }

        db.Users.Add(user);
        db.Publish(new UserCreated(user.TenantId, user.Id, user.UserName!, user.Role), user.Id.ToString());
        audit.Record(
            db, call.TenantId, AuditActions.UserCreated, $"user/{user.Id}", Outcomes.Success, call.Subject, origin.Address,
            ("new_username", user.UserName), ("new_role", user.Role));
        await db.SaveChangesAsync(ct);
        return (user, null);
    }
}
