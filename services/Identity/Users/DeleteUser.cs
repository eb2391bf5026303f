using Platform.Contracts;
using Platform.Contracts.Identity;
using Platform.Identity.Audit;
using Platform.Identity.Sessions;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Users;

/// <summary>Deletes a user softly: gone for everybody, kept for the audit log.</summary>
internal sealed class DeleteUser(IdentityDb db, EndSession endSession, LastAdmin lastAdmin, AuditTrail audit, TimeProvider clock)
{
    /// <summary>Null when the user is gone, also when there was none.</summary>
    public async Task<Fault?> RunAsync(CallContext call, Guid id, HttpRequest request, ClientOrigin origin, CancellationToken ct)
    {
        if (call.UserId() == id)
        {
            return Faults.Malformed("You cannot delete yourself.").Fault;
        }

        return await db.InTransactionAsync<Fault?>(async () =>
        {
            await lastAdmin.LockAsync(call.TenantId, ct);
            if (await UserEndpoints.FindAsync(db.Users, id, ct) is not { } user)
            {
                return null;
            }

            if (!request.IfMatch(user.Version))
            {
                return Faults.PreconditionFailed().Fault;
            }

            if (!call.Permissions().Covers(user.Permissions))
            {
                return Faults.Forbidden("You cannot delete somebody with more rights than yours.").Fault;
            }

            if (await lastAdmin.IsAsync(user, ct))
            {
                return new Fault(ErrorCodes.Conflict, "This is the last administrator.");
            }

            user.DeletedAt = clock.GetUtcNow();
            user.Active = false;
            await endSession.AllAsync(db, id, null, "user_deleted", ct);
            db.Publish(new UserDeleted(user.TenantId, id, user.DeletedAt.Value), id.ToString());
            audit.Record(
                db, call.TenantId, AuditActions.UserDeleted, $"user/{id}", Outcomes.Success, call.Subject, origin.Address, ("username", user.UserName));
            await db.SaveChangesAsync(ct);
            return null;
        }, ct);
    }
}
