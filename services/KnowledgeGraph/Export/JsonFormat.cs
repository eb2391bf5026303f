using System.Text.Json;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Export;

/// <summary>One JSON object: <c>nodes</c> and <c>relationships</c> as the API shows them.</summary>
internal sealed class JsonFormat : IExportFormat
{
    public string ContentType => "application/json";

    public string FileName => "graph.json";

    public void Begin(TextWriter output, GraphSummary summary) => output.Write("{\"nodes\":[");

    public void Node(TextWriter output, GraphNode node, bool isFirst) => Write(output, node, isFirst);

    public void Turn(TextWriter output) => output.Write("],\"relationships\":[");

    public void Relationship(TextWriter output, GraphRelationship relationship, bool isFirst) => Write(output, relationship, isFirst);

    public void End(TextWriter output) => output.WriteLine("]}");

    private static void Write<T>(TextWriter output, T item, bool isFirst)
    {
        output.WriteLine(isFirst ? "" : ",");
        output.Write(JsonSerializer.Serialize(item, Json.Options));
    }
}
