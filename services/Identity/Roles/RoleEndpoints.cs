using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Roles;

/// <summary>The roles a user can have, and what permissions there are.</summary>
internal static class RoleEndpoints
{
    private static readonly PermissionList Permissions = new([.. PermissionCatalog.All.Select(p => new PermissionView(p.Name, p.Description))]);

    public static void MapRoles(this IEndpointRouteBuilder routes)
    {
        var roles = routes.MapGroup("").WithTags("roles");
        roles.MapGet("/roles", ListRolesAsync).RequirePermission("read:roles").WithSummary("The roles");
        roles.MapPost("/roles", CreateAsync).RequirePermission("manage:users").WithIdempotency().WithSummary("Create a role of the tenant");
        roles.MapGet("/roles/{name}", GetAsync).RequirePermission("read:roles").WithSummary("One role");
        roles.MapPut("/roles/{name}", UpdateAsync).RequirePermission("manage:users").WithSummary("Replace a role of the tenant");
        roles.MapDelete("/roles/{name}", DeleteAsync).RequirePermission("manage:users").WithSummary("Delete a role of the tenant");
        roles.MapGet("/permissions", ListPermissions).RequirePermission("read:roles").WithSummary("The permissions");
    }

    /// <summary>Built-in ones and the tenant's own, each with its own grants and, as <c>permissions</c>, everything it may do.</summary>
    private static async Task<Ok<RoleList>> ListRolesAsync(IdentityDb db, CancellationToken ct) =>
        TypedResults.Ok(new RoleList([.. (await db.ListRolesAsync(ct)).Select(RoleView.From)]));

    /// <summary>By its name.</summary>
    private static async Task<Results<Ok<RoleView>, FaultResult>> GetAsync(string name, IdentityDb db, CancellationToken ct) =>
        await db.FindRoleAsync(name, ct) is { } role ? TypedResults.Ok(RoleView.From(role)) : Faults.NotFound("role");

    /// <summary>Of permissions and of other roles; it may not do more than its creator. Inheritance must not go in circles.</summary>
    private static async Task<Results<Created<RoleView>, FaultResult>> CreateAsync(
        Body<RoleSpec> body, CallContext call, HttpContext http, ClientOrigin origin, ChangeRoles roles, CancellationToken ct)
    {
        var (role, fault) = await roles.CreateAsync(call, body.Value, origin, ct);
        return role is null
            ? new FaultResult(fault!)
            : TypedResults.Created($"{http.Request.Path.Value!.TrimEnd('/')}/{role.Name}", RoleView.From(role));
    }

    /// <summary>What its users may do changes at once: their tokens of before are refused.</summary>
    private static async Task<Results<Ok<RoleView>, FaultResult>> UpdateAsync(
        string name, Body<RoleChange> body, CallContext call, HttpContext http, ClientOrigin origin, ChangeRoles roles, CancellationToken ct)
    {
        var (role, fault) = await roles.UpdateAsync(call, name, body.Value.ToSpec(name), http.Request, origin, ct);
        if (role is null)
        {
            return new FaultResult(fault!);
        }

        http.Response.SetETag(role.Version);
        return TypedResults.Ok(RoleView.From(EffectiveRole.Of(role)));
    }

    /// <summary>Only while no user has it and no role inherits it.</summary>
    private static async Task<Results<NoContent, FaultResult>> DeleteAsync(
        string name, CallContext call, HttpRequest request, ClientOrigin origin, ChangeRoles roles, CancellationToken ct) =>
        await roles.DeleteAsync(call, name, request, origin, ct) is { } fault ? new FaultResult(fault) : TypedResults.NoContent();

    /// <summary>Everything that a key, a client or a scope can be given.</summary>
    private static Ok<PermissionList> ListPermissions() => TypedResults.Ok(Permissions);
}

/// <summary>A role of the tenant's own.</summary>
/// <param name="Name">2 to 64 of lower-case letters, digits, <c>_</c> and <c>-</c>.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Inherits">Roles whose permissions it has too.</param>
/// <param name="Grants">Permissions of its own.</param>
/// <param name="TlpClearance">The clearance of its holders unless theirs was set; the highest of the inherited roles unless given.</param>
internal sealed record RoleSpec(string Name, string? Description, IReadOnlyList<string>? Inherits, IReadOnlyList<string>? Grants, TlpLevel? TlpClearance);

/// <summary>The same without the name, which the path has.</summary>
internal sealed record RoleChange(string? Description, IReadOnlyList<string>? Inherits, IReadOnlyList<string>? Grants, TlpLevel? TlpClearance)
{
    internal RoleSpec ToSpec(string name) => new(name, Description, Inherits, Grants, TlpClearance);
}

internal sealed class RoleSpecValidator : AbstractValidator<RoleSpec>
{
    public RoleSpecValidator()
    {
        RuleFor(r => r.Name).Must(RoleNames.IsValid).WithMessage("must be 2 to 64 lower-case letters, digits, _ and -, a letter first");
        RuleFor(r => r.Description).MaximumLength(500);
        this.CheckParts(r => r.Inherits, r => r.Grants);
    }
}

internal sealed class RoleChangeValidator : AbstractValidator<RoleChange>
{
    public RoleChangeValidator()
    {
        RuleFor(r => r.Description).MaximumLength(500);
        this.CheckParts(r => r.Inherits, r => r.Grants);
    }
}

internal static class RoleRules
{
    private const int MaxInherited = 20;
    private const int MaxGrants = 64;

    public static void CheckParts<T>(
        this AbstractValidator<T> validator,
        System.Linq.Expressions.Expression<Func<T, IReadOnlyList<string>?>> inherits,
        System.Linq.Expressions.Expression<Func<T, IReadOnlyList<string>?>> grants)
    {
        validator.RuleFor(inherits).Must(i => i is null || (i.Count <= MaxInherited && i.All(n => n is not null))).WithMessage($"must be at most {MaxInherited} names");
        validator.RuleFor(grants).Must(g => g is null || g.Count <= MaxGrants).WithMessage($"must be at most {MaxGrants}");
        validator.RuleFor(grants).Must(g => g is null || g.All(p => p is not null && PermissionCatalog.Resolve(p) is not null)).WithMessage("must be permissions of GET /permissions");
    }
}

/// <summary>A role.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Inherits">Roles whose permissions it has too.</param>
/// <param name="Grants">Its own permissions.</param>
/// <param name="Permissions">All of its permissions.</param>
/// <param name="TlpClearance">The clearance of its holders unless theirs was set.</param>
/// <param name="BuiltIn">Whether every tenant has it.</param>
internal sealed record RoleView(
    string Name, string Description, IReadOnlyList<string> Inherits, IReadOnlyList<string> Grants, IReadOnlyList<string> Permissions, TlpLevel TlpClearance, bool BuiltIn)
{
    internal static RoleView From(EffectiveRole r) =>
        new(r.Name, r.Description, r.Inherits, r.Grants, [.. r.Permissions.Granted.Order(StringComparer.Ordinal)], r.Clearance, r.BuiltIn);
}

/// <summary>All roles.</summary>
internal sealed record RoleList(IReadOnlyList<RoleView> Items);

/// <summary>A permission.</summary>
internal sealed record PermissionView(string Name, string Description);

/// <summary>All permissions.</summary>
internal sealed record PermissionList(IReadOnlyList<PermissionView> Items);
