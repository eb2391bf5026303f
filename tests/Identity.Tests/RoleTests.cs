using Platform.Contracts;
using Platform.Identity.Roles;
using Platform.ServiceDefaults;

namespace Platform.Identity.Tests;

public sealed class RoleTests
{
    [Theory]
    [InlineData("viewer", "read:threat_intel", true)]
    [InlineData("viewer", "use:chat", true)]
    [InlineData("viewer", "read:users", false)]
    [InlineData("viewer", "read:audit", false)]
    [InlineData("viewer", "read:usage", false)]
    [InlineData("viewer", "read:config", false)]
    [InlineData("viewer", "write:threat_intel", false)]
    [InlineData("analyst", "write:threat_intel", true)]
    [InlineData("analyst", "write:knowledge_graph", true)]
    [InlineData("analyst", "write:infrastructure", false)]
    [InlineData("operator", "write:incidents", true)]
    [InlineData("operator", "write:threat_intel", false)]
    [InlineData("developer", "use:query", true)]
    [InlineData("developer", "read:usage", true)]
    [InlineData("developer", "manage:own_api_keys", true)]
    [InlineData("developer", "manage:api_keys", false)]
    [InlineData("superuser", "write:incidents", true)]
    [InlineData("superuser", "read:users", true)]
    [InlineData("superuser", "delete:threat_intel", true)]
    [InlineData("superuser", "delete:knowledge_graph", false)]
    [InlineData("superuser", "manage:users", false)]
    [InlineData("admin", "manage:users", true)]
    [InlineData("admin", "read:audit", true)]
    [InlineData("admin", "read:config", true)]
    [InlineData("admin", "delete:knowledge_graph", true)]
    [InlineData("admin", "manage:tenants", false)]
    [InlineData("admin", "manage:platform", false)]
    [InlineData("platform_admin", "manage:tenants", true)]
    [InlineData("platform_admin", "manage:platform", true)]
    public void A_role_has_its_own_and_inherited_permissions(string role, string permission, bool allowed) =>
        Assert.Equal(allowed, BuiltInRoles.PermissionsOf(role).Allows(permission));

    [Fact]
    public void Every_role_covers_the_roles_it_inherits_and_none_above_it()
    {
        foreach (var role in BuiltInRoles.All)
        {
            Assert.All(role.Inherits, lower => Assert.True(BuiltInRoles.PermissionsOf(role.Name).Covers(BuiltInRoles.PermissionsOf(lower))));
            Assert.All(role.Inherits, lower => Assert.False(BuiltInRoles.PermissionsOf(lower).Covers(BuiltInRoles.PermissionsOf(role.Name))));
        }
    }

    [Theory]
    [InlineData("viewer", TlpLevel.Green)]
    [InlineData("analyst", TlpLevel.Amber)]
    [InlineData("operator", TlpLevel.Amber)]
    [InlineData("developer", TlpLevel.Amber)]
    [InlineData("superuser", TlpLevel.Red)]
    [InlineData("admin", TlpLevel.Red)]
    [InlineData("unknown", TlpLevel.Clear)]
    public void Clearance_follows_the_role(string role, TlpLevel expected) => Assert.Equal(expected, BuiltInRoles.ClearanceOf(role));

    [Fact]
    public void Normal_is_another_name_of_viewer() => Assert.Equal("viewer", BuiltInRoles.Resolve("normal"));

    [Fact]
    public void Unknown_roles_allow_nothing()
    {
        Assert.Null(BuiltInRoles.Resolve("king"));
        Assert.Empty(BuiltInRoles.PermissionsOf("king").Granted);
    }

    [Fact]
    public void Acting_in_a_tenant_never_includes_the_platform_and_writes_only_when_asked()
    {
        var writing = Rights.ForActing(write: true);
        var reading = Rights.ForActing(write: false);
        Assert.True(writing.Allows("write:threat_intel"));
        Assert.True(writing.Allows("manage:users"));
        foreach (var permission in new[] { "manage:platform", "manage:tenants" })
        {
            Assert.False(writing.Allows(permission));
            Assert.False(reading.Allows(permission));
        }

        Assert.True(reading.Allows("read:audit"));
        Assert.All(reading.Granted, p => Assert.True(p.StartsWith("read:", StringComparison.Ordinal) || p == "use:query", p));
    }

    [Theory]
    [InlineData("read:all use:chat", null, "read:all use:chat")]
    [InlineData("read:all use:chat", "openid offline_access", "read:all use:chat")]
    [InlineData("read:all use:chat", "read:threat_intel", "read:threat_intel")]
    [InlineData("read:threat_intel", "read:all", "read:threat_intel")]
    [InlineData("read:all", "write:all", "")]
    [InlineData("manage:users", "read:users openid", "read:users")]
    [InlineData("read:all use:chat", "admin", "read:all use:chat")]
    public void A_scope_narrows_and_never_widens(string held, string? scope, string expected) =>
        Assert.Equal(PermissionSet.Parse(expected).Granted.Order(), Rights.Within(PermissionSet.Parse(held), scope).Granted.Order());

    [Theory]
    [InlineData("read", "read:all")]
    [InlineData("write", "write:all")]
    [InlineData("use_chat", "use:chat")]
    [InlineData("read:incidents", "read:incidents")]
    [InlineData("read:everything", null)]
    [InlineData("use:internal", null)]
    [InlineData("use:anonymous", null)]
    public void Older_spellings_of_permissions_are_known(string given, string? expected) => Assert.Equal(expected, PermissionCatalog.Resolve(given));

    [Fact]
    public void Every_grant_of_a_role_is_in_the_catalog() =>
        Assert.All(BuiltInRoles.All.SelectMany(r => r.Grants), g => Assert.Equal(g, PermissionCatalog.Resolve(g)));
}
