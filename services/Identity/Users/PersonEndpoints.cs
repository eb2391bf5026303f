using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Identity.Audit;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Users;

/// <summary>A user as a person: unlocking, and what data protection law asks for.</summary>
internal static class PersonEndpoints
{
    public static void MapPersons(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/users/{id:guid}").WithTags("users");
        users.MapPost("/unlock", UnlockAsync).RequirePermission("manage:users").WithSummary("Lift all locks of a user");
        users.MapGet("/export", ExportAsync).ForSignedIn().WithSummary("Everything that is kept about a user");
        users.MapPost("/erase", EraseAsync).RequirePermission("manage:users").WithSummary("Erase a user");
    }

    /// <summary>Forgets all failed attempts, by password and by code, from wherever they came.</summary>
    private static async Task<Results<Ok<UserView>, FaultResult>> UnlockAsync(
        Guid id, CallContext call, IdentityDb db, LoginThrottle throttle, AuditTrail audit, ClientOrigin origin, CancellationToken ct)
    {
        if (await UserEndpoints.FindAsync(db.Users.AsNoTracking(), id, ct) is not { } user || !call.MaySee(user))
        {
            return Faults.NotFound("user");
        }

        await db.InTransactionAsync(
            async () =>
            {
                await throttle.ForgetAsync(db, user.UserName!, null, ct);
                audit.Record(db, call.TenantId, AuditActions.AccountUnlocked, $"user/{id}", Outcomes.Success, call.Subject, origin.Address);
                return await db.SaveChangesAsync(ct);
            },
            ct);
        return TypedResults.Ok(UserView.From(user));
    }

    /// <summary>Oneself, or with manage:users. The user, sessions, devices, second factors and the audit log's entries by and about them.</summary>
    private static async Task<Results<Ok<PersonExport>, FaultResult>> ExportAsync(
        Guid id, CallContext call, HttpResponse response, ExportUser export, ClientOrigin origin, CancellationToken ct)
    {
        if (call.UserId() != id && !call.IsAllowed("manage:users"))
        {
            return Faults.Forbidden();
        }

        response.Headers.CacheControl = "no-store";
        return await export.RunAsync(call, id, origin, ct) is { } found ? TypedResults.Ok(found) : Faults.NotFound("user");
    }

    /// <summary>
    /// Deletes the user and everything that names them, in the audit log as well, whose chain still verifies. Not oneself
    /// (400), not the last administrator (409). It cannot be taken back.
    /// </summary>
    private static async Task<Results<NoContent, FaultResult>> EraseAsync(
        Guid id, CallContext call, HttpRequest request, EraseUser erase, ClientOrigin origin, CancellationToken ct) =>
        await erase.RunAsync(call, id, request, origin, ct) is { } fault ? new FaultResult(fault) : TypedResults.NoContent();
}
