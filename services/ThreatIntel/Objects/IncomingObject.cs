using System.Security.Cryptography;
using System.Text.Json;
using Platform.Contracts;
using Platform.ThreatIntel.Storage;
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

    /// <summary>What is made of the bytes alone; made when it is first asked for.</summary>
    public ObjectContent Content => field ??= ObjectContent.Of(Raw);

    /// <summary>The version it states, to the microsecond; cyber-observables state none.</summary>
    public DateTimeOffset? Modified { get; } = (Head.Modified ?? Head.Created)?.ToMicroseconds();

    private static Guid Hash(byte[] raw)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(raw, hash);
        return new Guid(hash[..16], bigEndian: true);
    }
}

/// <summary>What the bytes of an object become, whatever becomes of the object: costly, and so done ahead where there is time.</summary>
/// <param name="Packed">The bytes as they are kept.</param>
/// <param name="Json">The object.</param>
/// <param name="Properties">What travels in events.</param>
internal sealed record ObjectContent(byte[] Packed, JsonElement Json, Dictionary<string, JsonElement> Properties)
{
    public static ObjectContent Of(byte[] raw)
    {
        var json = JsonElement.Parse(raw, new JsonDocumentOptions { MaxDepth = 256 });
        return new ObjectContent(RawBytes.Pack(raw), json, GraphProperties.Of(json));
    }
}

/// <summary>A row of an object as it is stored now.</summary>
internal sealed record StoredObject(
    string StixId, TlpLevel Tlp, short ShadowedFrom, DateTimeOffset Modified, Guid ContentHash, long Revision, Guid? ImportId, DateTimeOffset CreatedAt);
