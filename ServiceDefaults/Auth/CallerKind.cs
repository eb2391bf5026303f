namespace Platform.ServiceDefaults;

/// <summary>What kind of credential stands behind a request.</summary>
public enum CallerKind
{
    User,
    ApiKey,
    Client,

    /// <summary>Another service of the platform, acting for itself.</summary>
    Service,
}
