using Platform.Contracts;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Clients;

/// <summary>An OAuth 2.1 client: a program that gets tokens, for itself or for a user.</summary>
internal sealed class Client : ITenantRow
{
    public Guid Id { get; set; }

    public Guid TenantId { get; set; }

    public string ClientId { get; set; } = "";

    public string Name { get; set; } = "";

    public string? Description { get; set; }

    /// <summary>Keyed hash of the secret; absent for public clients.</summary>
    public byte[]? SecretHash { get; set; }

    /// <summary>The secret once more, sealed: HMAC signatures of requests are checked with it.</summary>
    public byte[]? SigningSecret { get; set; }

    public byte[]? ApiKeyHash { get; set; }

    /// <summary>What was before the last rotation, good until the grace ends.</summary>
    public byte[]? PreviousSecretHash { get; set; }

    public byte[]? PreviousSigningSecret { get; set; }

    public byte[]? PreviousApiKeyHash { get; set; }

    public DateTimeOffset? PreviousUntil { get; set; }

    /// <summary>Networks that it may be used from; any where there are none.</summary>
    public string[] AllowedCidrs { get; set; } = [];

    /// <summary>What tokens of the client credentials grant may do.</summary>
    public string[] Permissions { get; set; } = [];

    public TlpLevel Clearance { get; set; } = TlpLevel.Green;

    /// <summary>By their names in RFC 7591, section 2.</summary>
    public string[] GrantTypes { get; set; } = [];

    public string[] RedirectUris { get; set; } = [];

    public string[] PostLogoutRedirectUris { get; set; } = [];

    /// <summary>Its tokens are always bound to a key (RFC 9449, section 5.2).</summary>
    public bool DpopBound { get; set; }

    /// <summary><c>client_secret_basic</c>, <c>client_secret_post</c> or <c>none</c>.</summary>
    public string AuthMethod { get; set; } = ClientAuthMethods.SecretBasic;

    public string? CreatedBy { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; }

    /// <summary>When it was last changed in a way that makes its tokens of before void.</summary>
    public DateTimeOffset ChangedAt { get; set; }

    /// <summary>As of when this copy was read; not kept.</summary>
    public DateTimeOffset ReadAt { get; set; }

    /// <summary><see cref="Permissions"/> as a set, made once for a copy that many requests share.</summary>
    public PermissionSet Held => field ??= new PermissionSet(Permissions);

    /// <summary>The scope of a token that asked for none, made once likewise.</summary>
    public string WholeScope => field ??= string.Join(' ', Permissions);

    public bool IsUsable(DateTimeOffset now) => DeletedAt is null && (ExpiresAt is null || ExpiresAt > now);
}

/// <summary>The client authentication methods of RFC 7591, section 2, that are implemented.</summary>
internal static class ClientAuthMethods
{
    public const string SecretBasic = "client_secret_basic";
    public const string SecretPost = "client_secret_post";
    public const string None = "none";
}

/// <summary>Grant types by their names in RFC 6749 and its extensions.</summary>
internal static class GrantTypes
{
    public const string ClientCredentials = "client_credentials";
    public const string RefreshToken = "refresh_token";
    public const string Password = "password";
    public const string AuthorizationCode = "authorization_code";
    public const string DeviceCode = "urn:ietf:params:oauth:grant-type:device_code";
}
