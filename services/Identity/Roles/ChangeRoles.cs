using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Contracts.Identity;
using Platform.Identity.Audit;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Roles;

/// <summary>
/// Makes, changes and removes a tenant's own roles. Nobody makes a role that can do more than they can, whatever it
/// inherits, nor changes one that can; a change reaches the roles above it, the users who have them, and by event the
/// gateways, where tokens of before are void.
/// </summary>
internal sealed class ChangeRoles(IdentityDb db, AuditTrail audit, TimeProvider clock)
{
    private const int MaxRoles = 200;

    public Task<(EffectiveRole? Role, Fault? Fault)> CreateAsync(CallContext call, RoleSpec wanted, ClientOrigin origin, CancellationToken ct) =>
        db.InTransactionAsync<(EffectiveRole?, Fault?)>(async () =>
        {
            var all = await LoadAsync(call, ct);
            if (BuiltInRoles.Resolve(wanted.Name) is not null || all.ContainsKey(wanted.Name))
            {
                return (null, new Fault(ErrorCodes.ResourceExists, "A role of this name exists already."));
            }

            if (all.Count >= MaxRoles)
            {
                return (null, new Fault(ErrorCodes.Conflict, $"A tenant has at most {MaxRoles} roles of its own."));
            }

            var role = new CustomRole { TenantId = call.TenantId, Name = wanted.Name };
            all.Add(role.Name, role);
            return await ApplyAsync(call, all, role, wanted, AuditActions.RoleCreated, origin, ct) is { } fault
                ? (null, fault)
                : (EffectiveRole.Of(role), null);
        }, ct);

    public Task<(CustomRole? Role, Fault? Fault)> UpdateAsync(CallContext call, string name, RoleSpec wanted, HttpRequest request, ClientOrigin origin, CancellationToken ct) =>
        db.InTransactionAsync<(CustomRole?, Fault?)>(async () =>
        {
            var all = await LoadAsync(call, ct);
            if (Refusal(call, all, name, request) is { } refusal)
            {
                return (null, refusal);
            }

            var role = all[name];
            return await ApplyAsync(call, all, role, wanted with { Name = name }, AuditActions.RoleUpdated, origin, ct) is { } fault ? (null, fault) : (role, null);
        }, ct);

    /// <summary>Null when the role is gone, also when there was none.</summary>
    public Task<Fault?> DeleteAsync(CallContext call, string name, HttpRequest request, ClientOrigin origin, CancellationToken ct) =>
        db.InTransactionAsync<Fault?>(async () =>
        {
            var all = await LoadAsync(call, ct);
            if (BuiltInRoles.Resolve(name) is null && !all.ContainsKey(name))
            {
                return null;
            }

            if (Refusal(call, all, name, request) is { } refusal)
            {
                return refusal;
            }

            if (all.Values.Any(r => r.Inherits.Contains(name)) || await db.Users.AnyAsync(u => u.Role == name && u.DeletedAt == null, ct))
            {
                return new Fault(ErrorCodes.Conflict, "The role is in use: by users, or by a role that inherits it.");
            }

            db.Roles.Remove(all[name]);
            Tell(call, [name], AuditActions.RoleDeleted, name, origin);
            await db.SaveChangesAsync(ct);
            return null;
        }, ct);

    private async Task<Fault?> ApplyAsync(
        CallContext call, Dictionary<string, CustomRole> all, CustomRole role, RoleSpec wanted, string action, ClientOrigin origin, CancellationToken ct)
    {
        var unknown = wanted.Inherits?.Where(n => BuiltInRoles.Resolve(n) is null && !all.ContainsKey(n)).ToList();
        if (unknown is { Count: > 0 })
        {
            return Faults.ValidationFault("inherits", $"there is no role {unknown[0]}");
        }

        role.Description = wanted.Description ?? "";
        role.Inherits = [.. (wanted.Inherits ?? []).Select(n => BuiltInRoles.Resolve(n) ?? n).Distinct()];
        role.Grants = [.. (wanted.Grants ?? []).Select(p => PermissionCatalog.Resolve(p)!).Distinct()];
        if (Reaches(all, role, role.Name, []))
        {
            return Faults.ValidationFault("inherits", "would make the role inherit itself");
        }

        role.Clearance = wanted.TlpClearance ?? ClearanceOf(all, role);
        var changed = all.Values.Where(r => r == role || Reaches(all, r, role.Name, [])).ToList();
        foreach (var above in changed)
        {
            above.Permissions = [.. Expand(all, above).Distinct().Order(StringComparer.Ordinal)];
            if (!call.Permissions().Covers(new PermissionSet(above.Permissions)) || above.Clearance > call.Clearance)
            {
                return new Fault(ErrorCodes.InsufficientPermissions, "You cannot make a role that may do or see more than you.");
            }
        }

        if (db.Entry(role).State == EntityState.Detached)
        {
            db.Roles.Add(role);
        }

        Tell(call, changed.Select(r => r.Name), action, role.Name, origin);
        await db.SaveChangesAsync(ct);
        foreach (var above in changed)
        {
            await db.Users.Where(u => u.Role == above.Name && u.DeletedAt == null).ExecuteUpdateAsync(
                set => set.SetProperty(u => u.RolePermissions, above.Permissions).SetProperty(u => u.RoleClearance, above.Clearance), ct);
        }

        // Once their rows are changed: whoever signs in or refreshes now waits for the end of it.
        await TellOfUsersAsync(changed.ConvertAll(r => r.Name), ct);
        return null;
    }

    /// <summary>The gateways know users, not roles: each one's tokens of before are void.</summary>
    private async Task TellOfUsersAsync(List<string> roles, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        foreach (var user in await db.Users.AsNoTracking().Where(u => roles.Contains(u.Role) && u.DeletedAt == null).ToListAsync(ct))
        {
            db.Publish(new UserUpdated(user.TenantId, user.Id, user.UserName!, user.Role, user.Active, now), user.Id.ToString());
        }

        await db.SaveChangesAsync(ct);
    }

    /// <summary>One change of roles at a time in a tenant, so that two cannot close a cycle together.</summary>
    private async Task<Dictionary<string, CustomRole>> LoadAsync(CallContext call, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({call.TenantId.ToString()}, 7160304))", ct);
        return await db.Roles.ToDictionaryAsync(r => r.Name, ct);
    }

    private static Fault? Refusal(CallContext call, Dictionary<string, CustomRole> all, string name, HttpRequest request) =>
        BuiltInRoles.Resolve(name) is not null ? new Fault(ErrorCodes.Conflict, "Built-in roles stay as they are.")
        : !all.TryGetValue(name, out var role) ? Faults.NotFound("role").Fault
        : !request.IfMatch(role.Version) ? Faults.PreconditionFailed().Fault
        : !call.Permissions().Covers(new PermissionSet(role.Permissions)) ? Faults.Forbidden("You cannot change a role that may do more than you.").Fault
        : null;

    private void Tell(CallContext call, IEnumerable<string> names, string action, string name, ClientOrigin origin)
    {
        db.Publish(new RolesChanged(call.TenantId, [.. names], clock.GetUtcNow()), call.TenantId.ToString());
        audit.Record(db, call.TenantId, action, $"role/{name}", Outcomes.Success, call.Subject, origin.Address);
    }

    private static bool Reaches(Dictionary<string, CustomRole> all, CustomRole from, string target, HashSet<string> seen)
    {
        foreach (var name in from.Inherits)
        {
            if (name == target || (seen.Add(name) && all.TryGetValue(name, out var next) && Reaches(all, next, target, seen)))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<string> Expand(Dictionary<string, CustomRole> all, CustomRole role) => role.Grants.Concat(role.Inherits.SelectMany(name =>
        all.TryGetValue(name, out var own) ? Expand(all, own) : BuiltInRoles.PermissionsOf(name).Granted));

    private static TlpLevel ClearanceOf(Dictionary<string, CustomRole> all, CustomRole role)
    {
        var highest = TlpLevel.Clear;
        foreach (var name in role.Inherits)
        {
            var level = all.TryGetValue(name, out var own) ? own.Clearance : BuiltInRoles.ClearanceOf(name);
            highest = level > highest ? level : highest;
        }

        return highest;
    }
}
