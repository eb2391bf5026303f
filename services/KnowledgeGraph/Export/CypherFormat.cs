using FalkorDb;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Export;

/// <summary>One statement a line, which any store of openCypher reads into an empty graph.</summary>
internal sealed class CypherFormat : IExportFormat
{
    public string ContentType => "text/plain; charset=utf-8";

    public string FileName => "graph.cypher";

    public void Begin(TextWriter output, GraphSummary summary) => output.WriteLine($"CREATE INDEX FOR (n:{Vocabulary.AnyObject}) ON (n.id);");

    public void Node(TextWriter output, GraphNode node, bool isFirst)
    {
        var labels = string.Concat(node.Labels.Select(l => $":`{l}`"));
        var properties = new Dictionary<string, object?>(node.Properties) { ["id"] = node.Id };
        if (node.Name is not null)
        {
            properties["name"] = node.Name;
        }

        output.WriteLine($"CREATE (:{Vocabulary.AnyObject}{labels} {CypherWriter.Literal(properties)});");
    }

    public void Turn(TextWriter output)
    {
    }

    public void Relationship(TextWriter output, GraphRelationship relationship, bool isFirst) => output.WriteLine(
        $"MATCH (a:{Vocabulary.AnyObject} {{id: {CypherWriter.Literal(relationship.SourceId)}}}), (b:{Vocabulary.AnyObject} {{id: {CypherWriter.Literal(relationship.TargetId)}}}) "
        + $"CREATE (a)-[:`{relationship.Type}` {CypherWriter.Literal(relationship.Whole())}]->(b);");

    public void End(TextWriter output)
    {
    }
}
