namespace Platform.Identity.Keys;

/// <summary>A key that signs tokens. It belongs to the issuer, not to a tenant.</summary>
internal sealed class SigningKey
{
    /// <summary>The JWK thumbprint of the public key (RFC 7638).</summary>
    public string KeyId { get; set; } = "";

    /// <summary><c>ES256</c> or <c>RS256</c>.</summary>
    public string Algorithm { get; set; } = "";

    /// <summary>PKCS#8, sealed with AES-256-GCM: nonce, tag, ciphertext.</summary>
    public byte[] SealedPrivateKey { get; set; } = [];

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Published before this moment, signing from it on.</summary>
    public DateTimeOffset ActiveFrom { get; set; }

    /// <summary>No longer published after this moment: its last token has expired.</summary>
    public DateTimeOffset? RetiredAt { get; set; }
}
