namespace Platform.Identity.Dpop;

/// <summary>A proof of possession that was used; a second use is a replay (RFC 9449, section 11.1). Proofs belong to no tenant.</summary>
internal sealed class SeenProof
{
    /// <summary>SHA-256 of key thumbprint and <c>jti</c>.</summary>
    public byte[] Hash { get; set; } = [];

    public DateTimeOffset ExpiresAt { get; set; }
}
