using System.Buffers;
using System.Text.Json;
using Platform.ThreatIntel.Formats;
using Platform.ThreatIntel.Objects;
using Stix;
using Stix.Bundles;

namespace Platform.ThreatIntel.Imports;

/// <summary>Consecutive entries of a bundle: those that can be written, and what is wrong with the others.</summary>
/// <param name="from">The index of the first entry.</param>
/// <param name="upgrades">Whether objects of STIX 2.0 come in as 2.1.</param>
internal sealed class ImportBatch(long from, bool upgrades = true)
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

        if (upgrades && Stix20.Is(item.Head!))
        {
            Upgrade(item, markings);
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

    /// <summary>Does ahead what will be needed of objects that are stored.</summary>
    public void Prepare(CancellationToken ct) =>
        Parallel.ForEach(Objects, new ParallelOptions { CancellationToken = ct, MaxDegreeOfParallelism = 2 }, item => _ = item.Content);

    private void Upgrade(in BundleItem item, MarkingLevels markings)
    {
        try
        {
            foreach (var raw in Stix20.Upgrade(item.Raw))
            {
                if (ObjectHeadReader.TryRead(raw, out var head, out var fault))
                {
                    Bytes += raw.Length;
                    Objects.Add(new IncomingObject(item.Index, head!.Id!, head, markings.Of(head), raw));
                }
                else
                {
                    Faults.Add(new ImportFault(item.Index, item.Head!.Id, $"$.objects[{item.Index}]{fault!.Path}", fault.Message));
                    return;
                }
            }
        }
        catch (FormatException exception)
        {
            Faults.Add(new ImportFault(item.Index, item.Head!.Id, $"$.objects[{item.Index}]", exception.Message));
        }
    }

    /// <summary>The id of a cyber-observable that came without one.</summary>
    private static string IdFor(string type, byte[] raw)
    {
        using var json = JsonDocument.Parse(raw, new JsonDocumentOptions { MaxDepth = 256 });
        return ObservableId.Compute(type, json.RootElement) ?? ContentId.Of(type, json.RootElement);
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
