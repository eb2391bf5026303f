using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Http.Metadata;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Export;

/// <summary>How a graph is written down.</summary>
internal interface IExportFormat
{
    string ContentType { get; }

    string FileName { get; }

    void Begin(TextWriter output, GraphSummary summary);

    void Node(TextWriter output, GraphNode node, bool isFirst);

    /// <summary>What stands between nodes and relationships.</summary>
    void Turn(TextWriter output);

    void Relationship(TextWriter output, GraphRelationship relationship, bool isFirst);

    void End(TextWriter output);
}

/// <summary>Writes a graph page by page into the answer.</summary>
internal sealed class GraphStream(LevelGraphs graphs, GraphKey graph, GraphSummary summary, IExportFormat format) : IResult, IEndpointMetadataProvider
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var ct = httpContext.RequestAborted;
        httpContext.Response.ContentType = format.ContentType;
        httpContext.Response.Headers.ContentDisposition = $"attachment; filename=\"{format.FileName}\"";
        await using var body = httpContext.Response.BodyWriter.AsStream(leaveOpen: true);
        await using var output = new StreamWriter(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        await using var page = new StringWriter { NewLine = "\n" };
        format.Begin(page, summary);
        var isFirst = true;
        await foreach (var nodes in graphs.GraphNodesAsync(graph, ct))
        {
            foreach (var node in nodes)
            {
                format.Node(page, node, isFirst);
                isFirst = false;
            }

            await SendAsync();
        }

        format.Turn(page);
        isFirst = true;
        await foreach (var relationships in graphs.EdgesAsync(graph, ct))
        {
            foreach (var relationship in relationships)
            {
                format.Relationship(page, relationship, isFirst);
                isFirst = false;
            }

            await SendAsync();
        }

        format.End(page);
        await SendAsync();

        async Task SendAsync()
        {
            await output.WriteAsync(page.GetStringBuilder(), ct);
            await output.FlushAsync(ct);
            page.GetStringBuilder().Clear();
        }
    }

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) => builder.Metadata.Add(
        new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(object), ["application/json", "application/graphml+xml", "text/plain"]));
}
