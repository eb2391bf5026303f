using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Platform.ThreatIntel.Objects;
using Stix;
using Stix.Bundles;

namespace Platform.ThreatIntel.Imports;

/// <summary>Consecutive entries of a bundle: those that can be written, and what is wrong with the others.</summary>
internal sealed class ImportBatch(long from)
{

    public List<IncomingObject> Objects { get; } = [];

    public List<ImportFault> Faults { get; } = [];

    /// <summary>The index behind the last entry.</summary>
    public long End { get; private set; } = from;

    public int Count => Objects.Count + Faults.Count;

    public long Bytes { get; private set; }

    public void Add(in BundleItem item, MarkingLevels markings)
    {
        End = item.Index + 1;
        if (item.Fault is { } fault)
        {
            Faults.Add(new ImportFault(item.Index, null, fault.Path, fault.Message));
            return;
        }

        var raw = item.Raw.ToArray();
        Bytes += raw.Length;
        var id = item.Head!.Id;
        if (id is null)
        {
            id = IdFor(item.Head.Type, raw);
            raw = WithId(raw, id);
        }

        Objects.Add(new IncomingObject(item.Index, id, item.Head, markings.Of(item.Head), raw));
    }

    /// <summary>
    /// The deterministic id of a cyber-observable that came without one; where the specification asks for a random one,
    /// a UUIDv4 drawn from the content, so that a second import finds it again.
    /// </summary>
    private static string IdFor(string type, byte[] raw)
    {
        using var json = JsonDocument.Parse(raw, new JsonDocumentOptions { MaxDepth = 256 });
        if (ObservableId.Compute(type, json.RootElement) is { } id)
        {
            return id;
        }

        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(CanonicalJson.Write(json.RootElement)), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x40);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return StixId.Create(type, new Guid(hash[..16], bigEndian: true));
    }

    private static byte[] WithId(byte[] raw, string id)
    {
        var rest = raw.AsSpan(1).TrimStart(" \t\r\n"u8);
        var writer = new ArrayBufferWriter<byte>(raw.Length + id.Length + 10);
        writer.Write("{\"id\":\""u8);
        writer.Write(System.Text.Encoding.ASCII.GetBytes(id));
        writer.Write(rest[0] == '}' ? "\""u8 : "\","u8);
        writer.Write(rest);
        return writer.WrittenSpan.ToArray();
    }
}

/// <summary>Why one entry was refused.</summary>
internal sealed record ImportFault(long Index, string? StixId, string Path, string Message);
