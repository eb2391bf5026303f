using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Contracts.Identity;
using Platform.Identity.Audit;
using Platform.Identity.Policies;
using Platform.Identity.Roles;
using Platform.Identity.Sessions;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Users;

/// <summary>Changes a user. Whoever becomes inactive loses all sessions; the event makes older access tokens void.</summary>
internal sealed class UpdateUser(IdentityDb db, EndSession endSession, LastAdmin lastAdmin, AuditTrail audit, TimeProvider clock)
{
    public async Task<(User? User, Fault? Fault)> RunAsync(
        CallContext call, Guid id, Func<User, Task<UserChange>> wanted, HttpRequest request, ClientOrigin origin, CancellationToken ct)
    {
        if (call.UserId() != id && !call.IsAllowed("write:users"))
        {
            return (null, Faults.Forbidden().Fault);
        }

        return await db.InTransactionAsync<(User?, Fault?)>(async () =>
        {
            await lastAdmin.LockAsync(call.TenantId, ct);
            await db.Database.ExecuteSqlAsync($"SELECT 1 FROM users WHERE id = {id} FOR UPDATE", ct);
            var user = await UserEndpoints.FindAsync(db.Users, id, ct);
            if (user is null || !call.MaySee(user))
            {
                return (null, Faults.NotFound("user").Fault);
            }

            if (!request.IfMatch(user.Version))
            {
                return (null, Faults.PreconditionFailed().Fault);
            }

            var change = await wanted(user);
            var role = change.Role is null ? null : await db.FindRoleAsync(change.Role, ct);
            if (change.Role is not null && role is null)
            {
                return (null, Faults.ValidationFault("role", "must be one of the roles"));
            }

            if (call.WhyNotChange(user, change, role) is { } reason)
            {
                return (null, Faults.Forbidden(reason).Fault);
            }

            return await ChangeAsync(call, user, change, role, origin, ct) is { } fault ? (null, fault) : (user, null);
        }, ct);
    }

    private async Task<Fault?> ChangeAsync(CallContext call, User user, UserChange change, EffectiveRole? role, ClientOrigin origin, CancellationToken ct)
    {
        var losesAdmin = user.Active && (change.Active == false || (role is not null && role.Name != user.Role));
        if (losesAdmin && await lastAdmin.IsAsync(user, ct))
        {
            return new Fault(ErrorCodes.Conflict, "This is the last administrator.");
        }

        if (change.Username is { } name && await IsTakenAsync(name, user.Id, ct))
        {
            return new Fault(ErrorCodes.ResourceExists, "A user with this e-mail address exists already.");
        }

        if (change.Username is { } wanted && !(await db.ReadPolicyAsync(ct)).Admits(wanted))
        {
            return Faults.ValidationFault("username", "must be of a domain that the tenant's policy allows");
        }

        if (change.Username is { } address)
        {
            user.Rename(address);
        }

        role?.GiveTo(user);
        user.Active = change.Active ?? user.Active;
        user.MustChangePassword = change.MustChangePassword ?? user.MustChangePassword;
        user.Clearance = change.RemovesClearance ? null : change.TlpClearance ?? user.Clearance;
        if (!db.ChangeTracker.HasChanges())
        {
            return null;
        }

        if (!user.Active)
        {
            await endSession.AllAsync(db, user.Id, null, "user_inactive", ct);
        }

        db.Publish(new UserUpdated(user.TenantId, user.Id, user.UserName!, user.Role, user.Active, clock.GetUtcNow()), user.Id.ToString());
        audit.Record(
            db, call.TenantId, AuditActions.UserUpdated, $"user/{user.Id}", Outcomes.Success, call.Subject, origin.Address,
            ("username", change.Username), ("role", change.Role), ("active", change.Active?.ToString()), ("tlp_clearance", change.RemovesClearance ? "of the role" : change.TlpClearance?.ToWire()));
        await db.SaveChangesAsync(ct);
        return null;
    }

    private Task<bool> IsTakenAsync(string address, Guid self, CancellationToken ct)
    {
        var name = EmailAddress.Normalize(address);
        return db.Users.AnyAsync(u => u.NormalizedUserName == name && u.Id != self && u.DeletedAt == null, ct);
    }
}
