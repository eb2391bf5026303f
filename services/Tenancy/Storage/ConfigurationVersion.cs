namespace Platform.Tenancy.Storage;

/// <summary>One version of the platform's settings; versions are added and never changed. The platform's own, of no tenant.</summary>
internal sealed class ConfigurationVersion
{
    /// <summary>1, 2, 3 …; before the first there are the defaults.</summary>
    public int Version { get; set; }

    /// <summary>All settings of the version, as JSON.</summary>
    public string Settings { get; set; } = "{}";

    /// <summary>What it changed, as JSON: from and to by name.</summary>
    public string Changes { get; set; } = "{}";

    /// <summary>The earlier version whose settings it brought back, if it did.</summary>
    public int? RolledBackTo { get; set; }

    public string ChangedBy { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }
}
