using System.Buffers.Binary;
using System.Security.Cryptography;
using Platform.Identity.Keys;

namespace Platform.Identity.Audit;

/// <summary>
/// Signs how far a tenant's chain reaches, with a key that the database does not hold: whoever can write to the database
/// can neither cut the end off nor make another chain.
/// </summary>
internal sealed class AuditSeal(Vault vault)
{
    private const string Purpose = "audit-head";

    public byte[] Sign(Guid tenantId, long seq, byte[] hash) => vault.Hash(Purpose, Content(tenantId, seq, hash));

    public bool IsValid(Guid tenantId, ChainHead head) =>
        CryptographicOperations.FixedTimeEquals(Sign(tenantId, head.Seq, head.Hash), head.Signature);

    private static byte[] Content(Guid tenantId, long seq, byte[] hash)
    {
        var content = new byte[24 + hash.Length];
        tenantId.TryWriteBytes(content, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(16), seq);
        hash.CopyTo(content.AsSpan(24));
        return content;
    }
}

/// <summary>How far a chain reaches.</summary>
internal sealed record ChainHead(long Seq, byte[] Hash, byte[] Signature)
{
    public static readonly ChainHead None = new(0, AuditHash.Genesis, []);
}
