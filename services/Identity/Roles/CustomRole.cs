using Platform.Contracts;
using Platform.Identity.Storage;

namespace Platform.Identity.Roles;

/// <summary>A role that a tenant made, of permissions and of other roles.</summary>
internal sealed class CustomRole : TenantRow
{
    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public string[] Inherits { get; set; } = [];

    public string[] Grants { get; set; } = [];

    public TlpLevel Clearance { get; set; }

    /// <summary>Everything it may do, inherited permissions included; computed when it or a role below it changes.</summary>
    public string[] Permissions { get; set; } = [];
}
