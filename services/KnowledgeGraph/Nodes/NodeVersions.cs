using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Nodes;

/// <summary>Versions of nodes for entity tags. A graph keeps no row versions that its readers may know; a node's version is what it holds.</summary>
internal static class NodeVersions
{
    public static long VersionOf(this GraphNode node)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(new
        {
            node.Labels,
            node.Name,
            Properties = new SortedDictionary<string, object?>(node.Properties.ToDictionary(), StringComparer.Ordinal),
        });
        return BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(content)) & long.MaxValue;
    }
}
