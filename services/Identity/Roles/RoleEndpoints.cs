using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Identity.Roles;

/// <summary>The roles a user can have, and what permissions there are.</summary>
internal static class RoleEndpoints
{
    private static readonly RoleList Roles = new([.. BuiltInRoles.All.Select(r =>
        new RoleView(r.Name, r.Description, r.Inherits, r.Grants, [.. BuiltInRoles.PermissionsOf(r.Name).Granted.Order(StringComparer.Ordinal)], r.Clearance, true))]);

    private static readonly PermissionList Permissions = new([.. PermissionCatalog.All.Select(p => new PermissionView(p.Name, p.Description))]);

    public static void MapRoles(this IEndpointRouteBuilder routes)
    {
        var roles = routes.MapGroup("").WithTags("roles");
        roles.MapGet("/roles", ListRoles).RequirePermission("read:roles").WithSummary("The roles");
        roles.MapGet("/permissions", ListPermissions).RequirePermission("read:roles").WithSummary("The permissions");
    }

    /// <summary>Each with its own grants and, as <c>permissions</c>, everything it may do.</summary>
    private static Ok<RoleList> ListRoles() => TypedResults.Ok(Roles);

    /// <summary>Everything that a key, a client or a scope can be given.</summary>
    private static Ok<PermissionList> ListPermissions() => TypedResults.Ok(Permissions);
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
    string Name, string Description, IReadOnlyList<string> Inherits, IReadOnlyList<string> Grants, IReadOnlyList<string> Permissions, TlpLevel TlpClearance, bool BuiltIn);

/// <summary>All roles.</summary>
internal sealed record RoleList(IReadOnlyList<RoleView> Items);

/// <summary>A permission.</summary>
internal sealed record PermissionView(string Name, string Description);

/// <summary>All permissions.</summary>
internal sealed record PermissionList(IReadOnlyList<PermissionView> Items);
