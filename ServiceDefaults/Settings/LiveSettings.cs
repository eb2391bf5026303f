using Platform.Contracts.Tenancy;

namespace Platform.ServiceDefaults;

/// <summary>
/// The platform's settings as Tenancy last told them. What acts by a setting reads it here at each use, or compares it
/// with the one it was made for; so a change holds from the moment its event arrives.
/// </summary>
public sealed class LiveSettings
{
    private readonly Lock _gate = new();
    private volatile ConfigurationChanged? _told;

    /// <summary>The settings; null while nobody has set any, and the process' own options hold.</summary>
    public PlatformSettings? Current => _told?.Settings;

    /// <summary>Which version they are; 0 while nobody has set any.</summary>
    public int Version => _told?.Version ?? 0;

    /// <summary>Tenancy's store is another one: what it tells next holds, whatever its version.</summary>
    internal void Forget()
    {
        lock (_gate)
        {
            _told = null;
        }
    }

    /// <summary>Takes over what Tenancy tells, unless something newer is known.</summary>
    public void Apply(ConfigurationChanged told)
    {
        lock (_gate)
        {
            if (told.Version > Version)
            {
                _told = told;
            }
        }
    }
}
