using System.Collections.Concurrent;
using System.Net;
using Platform.Gateway.Limits;
using Platform.Gateway.Tenants;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Authentication;

/// <summary>
/// A verified credential: what it allows, until when, and the internal tokens made of it. It lives in a cache under
/// the hash of what the client sent and is dropped when it expires or is revoked.
/// </summary>
internal sealed class Credential(Caller caller, TenantEntry? tenant)
{
    /// <summary>Internal tokens by service index.</summary>
    public IssuedToken?[] Tokens { get; } = new IssuedToken?[Upstreams.All.Length];

    public Caller Caller { get; } = caller;

    /// <summary>The state of the caller's tenant; null for anonymous requests, which have none.</summary>
    public TenantEntry? Tenant { get; } = tenant;

    public DateTimeOffset ExpiresAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>When the token was issued; changes of the user after it make it void.</summary>
    public DateTimeOffset IssuedAt { get; init; }

    public Guid? UserId { get; init; }

    public Guid? ApiKeyId { get; init; }

    /// <summary>The client that holds an access token for itself; null for everything that is looked up at its owner anyway.</summary>
    public string? TokenOfClient { get; init; }

    /// <summary>Networks that an API key or a client may be used from; null for anywhere.</summary>
    public IPNetwork[]? AllowedNetworks { get; init; }

    /// <summary>An API key's own limits, beside its tenant's.</summary>
    public KeyLimits? Limits { get; init; }

    /// <summary>Thumbprint of the key that must be proven with every request (RFC 9449, section 6).</summary>
    public string? DpopKey { get; init; }

    public bool MustChangePassword { get; init; }

    /// <summary>The user's role as the token names it; null for keys and clients.</summary>
    public string? Role { get; init; }

    /// <summary>The state of the revocation tables for which this credential was last found valid.</summary>
    public long RevocationsSeen { get; set; } = -1;

    /// <summary>The prepared limits, for the tenant state they were made of.</summary>
    public PlanOfState? Plan { get; set; }

    /// <summary>The prepared limits of operations with a limit of their own, by their names; null until one is used.</summary>
    public ConcurrentDictionary<string, PlanOfState>? RoutePlans { get; set; }

    /// <summary>The part of the keys of kept answers that is the caller's, without the subject; made when it is first asked for.</summary>
    public string? SharedScope { get; set; }

    /// <summary>What limits for a type of user go by: the role of a user, else what the credential is.</summary>
    public string UserType => Caller.Kind switch
    {
        CallerKind.ApiKey => "api_key",
        CallerKind.Client => "client",
        _ => Role ?? "user",
    };

    /// <summary>Whether it may be used from an address.</summary>
    public bool Admits(IPAddress? address)
    {
        if (AllowedNetworks is null)
        {
            return true;
        }

        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in AllowedNetworks)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>An internal token as the header that carries it.</summary>
internal sealed record IssuedToken(string Header, DateTimeOffset RenewAt);

/// <summary>Limits of one API key; a window that is null has none of its own.</summary>
internal sealed record KeyLimits(int? RequestsPerMinute, int? RequestsPerHour, int? RequestsPerDay);
