using System.Security.Cryptography;
using Platform.Contracts;
using Stix.Bundles;

namespace Platform.ThreatIntel.Objects;

/// <summary>An object on its way in.</summary>
/// <param name="Index">Its place in the bundle.</param>
/// <param name="StixId">Its id; a deterministic one where it came without.</param>
/// <param name="Head">What was read of it.</param>
/// <param name="Tlp">Its level.</param>
/// <param name="Raw">Its bytes.</param>
internal sealed record IncomingObject(long Index, string StixId, ObjectHead Head, TlpLevel Tlp, byte[] Raw)
{
    /// <summary>The first 128 bits of the SHA-256 of the bytes.</summary>
    public Guid ContentHash { get; } = Hash(Raw);

    /// <summary>The version it states, to the microsecond; cyber-observables state none.</summary>
    public DateTimeOffset? Modified { get; } = (Head.Modified ?? Head.Created)?.ToMicroseconds();

    private static Guid Hash(byte[] raw)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(raw, hash);
        return new Guid(hash[..16], bigEndian: true);
    }
}

/// <summary>A row of an object as it is stored now.</summary>
internal sealed record StoredObject(
    string StixId, TlpLevel Tlp, short ShadowedFrom, DateTimeOffset Modified, Guid ContentHash, long Revision, Guid? ImportId, DateTimeOffset CreatedAt);
