using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Export;

/// <summary>
/// GraphML 1.0 (graphdrawing.org). Every key is a text, since one property may be a text on one object and a number on the next;
/// lists are JSON.
/// </summary>
internal sealed class GraphMlFormat : IExportFormat
{
    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);

    public string ContentType => "application/graphml+xml";

    public string FileName => "graph.graphml";

    public void Begin(TextWriter output, GraphSummary summary)
    {
        output.WriteLine("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        output.WriteLine("<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">");
        output.WriteLine("<key id=\"labels\" for=\"node\" attr.name=\"labels\" attr.type=\"string\"/>");
        output.WriteLine("<key id=\"label\" for=\"edge\" attr.name=\"label\" attr.type=\"string\"/>");
        foreach (var name in summary.PropertyKeys)
        {
            if (name == "id")
            {
                continue;
            }

            _keys[name] = string.Create(CultureInfo.InvariantCulture, $"p{_keys.Count}");
            output.WriteLine($"<key id=\"{_keys[name]}\" for=\"all\" attr.name=\"{Escape(name)}\" attr.type=\"string\"/>");
        }

        output.WriteLine("<graph id=\"graph\" edgedefault=\"directed\">");
    }

    public void Node(TextWriter output, GraphNode node, bool isFirst)
    {
        output.Write($"<node id=\"{Escape(node.Id)}\"><data key=\"labels\">{Escape(string.Join(':', node.Labels))}</data>");
        Data(output, "name", node.Name);
        foreach (var (name, value) in node.Properties)
        {
            Data(output, name, value);
        }

        output.WriteLine("</node>");
    }

    public void Turn(TextWriter output)
    {
    }

    public void Relationship(TextWriter output, GraphRelationship relationship, bool isFirst)
    {
        output.Write($"<edge id=\"{Escape(relationship.Id)}\" source=\"{Escape(relationship.SourceId)}\" target=\"{Escape(relationship.TargetId)}\">");
        output.Write($"<data key=\"label\">{Escape(relationship.Type)}</data>");
        foreach (var (name, value) in relationship.Properties)
        {
            Data(output, name, value);
        }

        output.WriteLine("</edge>");
    }

    public void End(TextWriter output)
    {
        output.WriteLine("</graph>");
        output.WriteLine("</graphml>");
    }

    /// <summary>A key that came into the graph after the head was written cannot be declared any more, and is left out.</summary>
    private void Data(TextWriter output, string name, object? value)
    {
        if (value is not null && _keys.TryGetValue(name, out var key))
        {
            output.Write($"<data key=\"{key}\">{Escape(TextOf(value))}</data>");
        }
    }

    private static string TextOf(object value) => value switch
    {
        string text => text,
        bool truth => truth ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => JsonSerializer.Serialize(value),
    };

    /// <summary>What XML 1.0 cannot hold at all becomes U+FFFD.</summary>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                escaped.Append(c).Append(text[++i]);
                continue;
            }

            escaped.Append(c switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\r' => "&#13;",
                _ => XmlConvert.IsXmlChar(c) ? c.ToString() : "\uFFFD",
            });
        }

        return escaped.ToString();
    }
}
