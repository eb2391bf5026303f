using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Stix;

/// <summary>
/// Deterministic ids of cyber-observables: a UUIDv5 over the canonical JSON of the type's ID contributing
/// properties (STIX 2.1 section 2.9, and each type's section in 6).
/// </summary>
public static class ObservableId
{
    /// <summary>The namespace of the UUIDv5.</summary>
    public static readonly Guid Namespace = new("00abedb4-aa42-466c-9c01-fed23315a9b7");

    private static readonly string[] HashPreference = ["MD5", "SHA-1", "SHA-256", "SHA-512"];

    // Each list is in the order of its canonical JSON: sorted by name.
    private static readonly FrozenDictionary<string, string[]> Contributing = new Dictionary<string, string[]>
    {
        ["artifact"] = ["hashes", "payload_bin"],
        ["autonomous-system"] = ["number"],
        ["directory"] = ["path"],
        ["domain-name"] = ["value"],
        ["email-addr"] = ["value"],
        ["email-message"] = ["body", "from_ref", "subject"],
        ["file"] = ["extensions", "hashes", "name", "parent_directory_ref"],
        ["ipv4-addr"] = ["value"],
        ["ipv6-addr"] = ["value"],
        ["mac-addr"] = ["value"],
        ["mutex"] = ["name"],
        ["network-traffic"] = ["dst_port", "dst_ref", "end", "extensions", "protocols", "src_port", "src_ref", "start"],
        ["process"] = [],
        ["software"] = ["cpe", "name", "swid", "vendor", "version"],
        ["url"] = ["value"],
        ["user-account"] = ["account_login", "account_type", "user_id"],
        ["windows-registry-key"] = ["key", "values"],
        ["x509-certificate"] = ["hashes", "serial_number"],
    }.ToFrozenDictionary();

    /// <summary>
    /// The id that the specification gives this observable; null when none of its contributing properties is
    /// present (the specification then asks for a random one) or the type is not a cyber-observable.
    /// </summary>
    public static string? Compute(string type, JsonElement observable)
    {
        if (!Contributing.TryGetValue(type, out var names))
        {
            return null;
        }

        var text = new StringBuilder("{");
        foreach (var name in names)
        {
            if (!observable.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            if (text.Length > 1)
            {
                text.Append(',');
            }

            CanonicalJson.WriteString(text, name);
            text.Append(':');
            if (name == "hashes" && value.ValueKind == JsonValueKind.Object)
            {
                WriteOneHash(text, value);
            }
            else
            {
                CanonicalJson.Write(text, value);
            }
        }

        return text.Length == 1 ? null : StixId.Create(type, Uuid5(Namespace, Encoding.UTF8.GetBytes(text.Append('}').ToString())));
    }

    /// <summary>A UUIDv5: SHA-1 of a namespace and a name (RFC 9562 section 5.5).</summary>
    public static Guid Uuid5(Guid space, ReadOnlySpan<byte> name)
    {
        var input = new byte[16 + name.Length];
        space.TryWriteBytes(input, bigEndian: true, out _);
        name.CopyTo(input.AsSpan(16));
        Span<byte> hash = stackalloc byte[20];
#pragma warning disable CA5350 // RFC 9562 names SHA-1; nothing secret hangs on it.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>Of several hashes only the first of MD5, SHA-1, SHA-256, SHA-512 counts, else the first by name.</summary>
    private static void WriteOneHash(StringBuilder text, JsonElement hashes)
    {
        foreach (var name in HashPreference)
        {
            if (hashes.TryGetProperty(name, out var value))
            {
                WriteHash(text, name, value);
                return;
            }
        }

        JsonProperty? least = null;
        foreach (var property in hashes.EnumerateObject())
        {
            if (least is not { } found || string.CompareOrdinal(property.Name, found.Name) < 0)
            {
                least = property;
            }
        }

        if (least is { } chosen)
        {
            WriteHash(text, chosen.Name, chosen.Value);
        }
        else
        {
            text.Append("{}");
        }
    }

    private static void WriteHash(StringBuilder text, string name, JsonElement value)
    {
        text.Append('{');
        CanonicalJson.WriteString(text, name);
        text.Append(':');
        CanonicalJson.Write(text, value);
        text.Append('}');
    }
}
