using System.Text.Json.Nodes;
using Platform.Agent.Upstream;

namespace Platform.Agent.Tools;

/// <summary>Read-only Cypher on the caller's graph, with bound parameters.</summary>
internal sealed class RunCypherTool(PlatformServices services) : ITool
{
    public ToolInfo Info { get; } = new(
        ToolIds.RunCypher, "Query the graph", "Runs one read-only Cypher query on the knowledge graph; values go in as parameters.", "graph", [Permissions.ReadGraph],
        ToolSchema.Object(("cypher", ToolSchema.Text("The query.", 20_000), true), ("parameters", ToolSchema.Map("The values bound to its parameters."), false)));

    public string Source => PlatformServices.KnowledgeGraph;

    public Task<ToolResult> InvokeAsync(JsonObject arguments, CancellationToken ct) => ServiceTool.CallAsync(
        services, Source, HttpMethod.Post, "/api/v2/knowledge-graph/query", arguments.DeepClone(), static data => ServiceTool.Items(data, "results"), ct);
}

/// <summary>The shortest connection of two objects.</summary>
internal sealed class FindPathTool(PlatformServices services) : ITool
{
    public ToolInfo Info { get; } = new(
        ToolIds.FindPath, "Find a path", "Finds the shortest path between two objects of the knowledge graph, relationships taken in either direction.", "graph", [Permissions.ReadGraph],
        ToolSchema.Object(
            ("source_id", ToolSchema.Text("STIX id of the one object."), true),
            ("target_id", ToolSchema.Text("STIX id of the other."), true),
            ("max_depth", ToolSchema.Integer("How many relationships at most.", 1, 20, 5), false)));

    public string Source => PlatformServices.KnowledgeGraph;

    public Task<ToolResult> InvokeAsync(JsonObject arguments, CancellationToken ct) => ServiceTool.CallAsync(
        services, Source, HttpMethod.Post, "/api/v2/knowledge-graph/path", arguments.DeepClone(), static data => ServiceTool.Items(data, "nodes"), ct);
}

/// <summary>What is around an object.</summary>
internal sealed class NeighborsTool(PlatformServices services) : ITool
{
    public ToolInfo Info { get; } = new(
        ToolIds.Neighbors, "Show neighbours", "Returns the objects around one object of the knowledge graph with the relationships between them.", "graph", [Permissions.ReadGraph],
        ToolSchema.Object(
            ("id", ToolSchema.Text("STIX id of the object."), true),
            ("depth", ToolSchema.Integer("How many relationships away.", 1, 4, 1), false),
            ("limit", ToolSchema.Integer("How many objects at most.", 1, 500, 50), false)));

    public string Source => PlatformServices.KnowledgeGraph;

    public Task<ToolResult> InvokeAsync(JsonObject arguments, CancellationToken ct) => ServiceTool.CallAsync(
        services, Source, HttpMethod.Post, "/api/v2/knowledge-graph/neighbors", arguments.DeepClone(), static data => ServiceTool.Items(data, "nodes"), ct);
}

/// <summary>One object with its properties.</summary>
internal sealed class GetObjectTool(PlatformServices services) : ITool
{
    public ToolInfo Info { get; } = new(
        ToolIds.GetObject, "Read an object", "Reads one object of the knowledge graph with all its properties.", "graph", [Permissions.ReadGraph],
        ToolSchema.Object(("id", ToolSchema.Text("STIX id of the object."), true)));

    public string Source => PlatformServices.KnowledgeGraph;

    public Task<ToolResult> InvokeAsync(JsonObject arguments, CancellationToken ct) => ServiceTool.CallAsync(
        services, Source, HttpMethod.Get, "/api/v2/knowledge-graph/nodes/" + Uri.EscapeDataString(arguments["id"]!.GetValue<string>()), null, static _ => 1, ct);
}
