using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Stix;

namespace Platform.ThreatIntel.Formats;

/// <summary>
/// The id of an object for which the specification asks for a random one: a UUIDv4 drawn from the content, so that a
/// second import finds it again.
/// </summary>
internal static class ContentId
{
    public static string Of(string type, JsonElement item)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalJson.Write(item)), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x40);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return StixId.Create(type, new Guid(hash[..16], bigEndian: true));
    }
}
