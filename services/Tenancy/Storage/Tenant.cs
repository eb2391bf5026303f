using System.Text.Json.Nodes;

namespace Platform.Tenancy.Storage;

/// <summary>What a tenant has bought.</summary>
internal enum Plan
{
    Starter,
    Pro,
    Enterprise,
}

/// <summary>Whether a tenant may work.</summary>
internal enum TenantStatus
{
    Active,
    Suspended,

    /// <summary>Deleted (softly): the row stays so that its slug and its usage keep their meaning.</summary>
    Cancelled,
}

/// <summary>A tenant. The table itself has no tenant column: it is the platform's own register.</summary>
internal sealed class Tenant
{
    public Guid Id { get; set; }

    public string Name { get; set; } = "";

    public string Slug { get; set; } = "";

    public Plan Plan { get; set; }

    public TenantStatus Status { get; set; }

    /// <summary>A JSON object of the tenant's own making.</summary>
    public string Settings { get; set; } = "{}";

    /// <summary>Who was invited as the first administrator.</summary>
    public string? AdminEmail { get; set; }

    public string? SuspensionReason { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }

    /// <summary>Marks a change; the version is the row's concurrency token and its ETag.</summary>
    public void Touch(DateTimeOffset now)
    {
        UpdatedAt = now;
        Version++;
    }
}

/// <summary>That one service has what it needs for one tenant, or holds nothing of it any more.</summary>
internal sealed class TenantService
{
    public Guid TenantId { get; set; }

    /// <summary>The service's resource name.</summary>
    public string Service { get; set; } = "";

    /// <summary>When it said that it is ready.</summary>
    public DateTimeOffset? ReadyAt { get; set; }

    /// <summary>When it said that everything of a deleted tenant is erased.</summary>
    public DateTimeOffset? ErasedAt { get; set; }

    /// <summary>How much it erased: rows, or nodes and relationships.</summary>
    public long? Erased { get; set; }
}

/// <summary>How events speak of a tenant.</summary>
internal static class TenantWords
{
    public static string PlanName(this Tenant tenant) => tenant.Plan switch
    {
        Plan.Starter => "starter",
        Plan.Pro => "pro",
        _ => "enterprise",
    };

    /// <summary>The settings as a client may patch them.</summary>
    public static JsonObject SettingsObject(this Tenant tenant) => JsonNode.Parse(tenant.Settings)!.AsObject();

    /// <summary>Events of one tenant are sent in order.</summary>
    public static string OrderKey(this Tenant tenant) => tenant.Id.ToString("N");
}
