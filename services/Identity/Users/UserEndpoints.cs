using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Identity.Audit;
using Platform.Identity.Roles;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Users;

/// <summary>The users of the caller's tenant.</summary>
internal static class UserEndpoints
{
    private const int MaxSearchLength = 200;

    private static readonly Sorts<User> Sorts = Sorts<User>.By(u => u.Id)
        .Add("created_at", u => u.CreatedAt).Add("updated_at", u => u.UpdatedAt).Add("username", u => u.UserName!).Add("role", u => u.Role)
        .Default("created_at");

    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/users").WithTags("users");
        users.MapGet("/", ListAsync).RequirePermission("read:users").WithPaging(style: PagingStyle.PageNumber).WithSummary("List users");
        users.MapPost("/", CreateAsync).RequirePermission("manage:users").WithIdempotency().WithSummary("Create a user");
        users.MapGet("/me", GetMeAsync).ForSignedIn(duringPasswordChange: true).WithSummary("The caller");
        users.MapGet("/{id:guid}", GetAsync).ForSignedIn().WithSummary("One user");
        users.MapPut("/{id:guid}", UpdateAsync).ForSignedIn().WithSummary("Change a user");
        users.MapPatch("/{id:guid}", PatchAsync).ForSignedIn().WithSummary("Change a user (JSON Merge Patch)");
        users.MapDelete("/{id:guid}", DeleteAsync).RequirePermission("manage:users").WithSummary("Delete a user");
        routes.MapInvitations();
        routes.MapPersons();
    }

    /// <summary>Superusers see viewers only. Listings are audited.</summary>
    /// <param name="page">The window.</param>
    /// <param name="role">Only users of this role.</param>
    /// <param name="active">Only users who can, or cannot, sign in.</param>
    /// <param name="search">Part of the user name.</param>
    /// <param name="call">The caller.</param>
    /// <param name="origin">From where.</param>
    /// <param name="db">The database.</param>
    /// <param name="audit">The audit log.</param>
    /// <param name="ct">Cancels.</param>
    private static async Task<Results<PageResult<UserView>, FaultResult>> ListAsync(
        PageRequest page, string? role, bool? active, string? search, CallContext call, ClientOrigin origin, IdentityDb db, AuditTrail audit, CancellationToken ct)
    {
        if (role is not null && !RoleNames.IsValid(role))
        {
            return Faults.Invalid("role", "must be one of the roles");
        }

        if (search?.Length > MaxSearchLength || search?.Contains('\0') == true)
        {
            return Faults.Invalid("search", $"must be at most {MaxSearchLength} characters, none of them U+0000");
        }

        var users = db.Users.AsNoTracking().Where(u => u.DeletedAt == null);
        if ((BuiltInRoles.Resolve(role) ?? role) is { } wanted)
        {
            users = users.Where(u => u.Role == wanted);
        }

        if (!call.SeesEverybody())
        {
            users = users.Where(u => u.Role == BuiltInRoles.Viewer);
        }

        if (active is not null)
        {
            users = users.Where(u => u.Active == active);
        }

        if (!string.IsNullOrEmpty(search))
        {
            var part = EmailAddress.Normalize(search);
            users = users.Where(u => u.NormalizedUserName!.Contains(part));
        }

        var found = await users.ToPageAsync(page, Sorts, ct);
        audit.Record(db, call.TenantId, AuditActions.UsersListed, "users", Outcomes.Success, call.Subject, origin.Address);
        await db.SaveChangesAsync(ct);
        return found.Select(UserView.From).ToResult();
    }

    /// <summary>
    /// The creator must hold all that the role gives. Without a password the user is mailed an invitation to set one.
    /// </summary>
    private static async Task<Results<Created<UserView>, FaultResult>> CreateAsync(
        Body<NewUser> body, HttpContext http, CallContext call, ClientOrigin origin, CreateUser create, CancellationToken ct)
    {
        var (user, _, fault) = await create.RunAsync(call, body.Value, origin, ct);
        if (user is null)
        {
            return new FaultResult(fault!);
        }

        http.Response.SetETag(user.Version);
        return TypedResults.Created($"{http.Request.Path.Value!.TrimEnd('/')}/{user.Id}", UserView.From(user));
    }

    /// <summary>Also while a password change is due.</summary>
    private static async Task<Results<Ok<UserView>, FaultResult>> GetMeAsync(CallContext call, IdentityDb db, HttpResponse response, CancellationToken ct) =>
        call.UserId() is { } id && await FindAsync(db.Users.AsNoTracking(), id, ct) is { } user ? Answer(user, response) : Faults.NotFound("user");

    /// <summary>Oneself, or with read:users; superusers see viewers only.</summary>
    private static async Task<Results<Ok<UserView>, FaultResult>> GetAsync(Guid id, CallContext call, IdentityDb db, HttpResponse response, CancellationToken ct)
    {
        if (call.UserId() != id && !call.IsAllowed("read:users"))
        {
            return Faults.Forbidden();
        }

        return await FindAsync(db.Users.AsNoTracking(), id, ct) is { } user && call.MaySee(user) ? Answer(user, response) : Faults.NotFound("user");
    }

    /// <summary>
    /// Users change their own name; superusers change viewers; administrators everybody whose rights they hold. Inactive
    /// users lose their sessions at once.
    /// </summary>
    private static async Task<Results<Ok<UserView>, FaultResult>> UpdateAsync(
        Guid id, Body<UserChange> body, CallContext call, HttpContext http, ClientOrigin origin, UpdateUser update, CancellationToken ct)
    {
        var (user, fault) = await update.RunAsync(call, id, _ => Task.FromResult(body.Value), http.Request, origin, ct);
        return user is null ? new FaultResult(fault!) : Answer(user, http.Response);
    }

    /// <summary>As with PUT; a <c>tlp_clearance</c> of null gives the role's clearance back, nothing else can be removed.</summary>
    private static async Task<Results<Ok<UserView>, FaultResult>> PatchAsync(
        Guid id, Patch<UserState> patch, CallContext call, HttpContext http, ClientOrigin origin, UpdateUser update, CancellationToken ct)
    {
        var (user, fault) = await update.RunAsync(call, id, ChangeOfAsync, http.Request, origin, ct);
        return user is null ? new FaultResult(fault!) : Answer(user, http.Response);

        async Task<UserChange> ChangeOfAsync(User user)
        {
            var state = UserState.Of(user);
            return state.ChangeTo(await patch.ApplyAsync(state));
        }
    }

    /// <summary>The record stays for the audit log; the address is free again. Nobody deletes themselves or the last administrator.</summary>
    private static async Task<Results<NoContent, FaultResult>> DeleteAsync(
        Guid id, CallContext call, HttpRequest request, ClientOrigin origin, DeleteUser delete, CancellationToken ct) =>
        await delete.RunAsync(call, id, request, origin, ct) is { } fault ? new FaultResult(fault) : TypedResults.NoContent();

    internal static Task<User?> FindAsync(IQueryable<User> users, Guid id, CancellationToken ct) =>
        users.SingleOrDefaultAsync(u => u.Id == id && u.DeletedAt == null, ct);

    private static Ok<UserView> Answer(User user, HttpResponse response)
    {
        response.SetETag(user.Version);
        return TypedResults.Ok(UserView.From(user));
    }
}
